private import Dispatch
private import Synchronization

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// One thread of a ``WorkerPool``.
///
/// Libdispatch lends the thread, and waits when the system has none to give.
final class Worker: @unchecked Sendable {
    // Proof for `@unchecked`: only the worker's own thread touches the stored `var`s.

    let pool: WorkerPool
    /// Whether the thread takes what it submits; see ``PromptReturn``.
    var returnsSoon = false
    /// Whether the thread commits, and has promised to come back soon apart from that.
    var commits = false
    /// Whether the thread wakes nobody for what it submits, until it has submitted everything.
    var gathers = false
    /// How often it has rested, and how often in a row it stayed awake for nothing.
    private var (rests, vainLooks) = (0, 0)
    private let bell = DispatchSemaphore(value: 0)
    private let rest = Atomic(Rest.none.rawValue)

    /// How far the worker has got with going to sleep.
    private enum Rest: UInt8 {
        case none
        /// Only the bell wakes it.
        case asleep
        case called
    }

    /// How often a worker looks for work, giving others its core in between, before it sleeps: for some tens of
    /// microseconds, about as long as it takes to wake a thread.
    private static let looks = 100

    init(pool: WorkerPool) { self.pool = pool }

    static var cores: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    /// Runs `serve` on a thread, which counts as this worker's until it returns.
    func start(_ serve: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "skein.worker", qos: .userInitiated).async { [self] in
            pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
            serve()
            pthread_setspecific(Self.key, nil)
        }
    }

    /// Runs something short after a while, on a thread that is no worker's.
    static func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + delay / .seconds(1), execute: body)
    }

    /// Whether it is worth staying awake for a moment: always after that was worth it, every 64th time in the end.
    var expectsCall: Bool {
        rests &+= 1
        return rests & (1 << vainLooks - 1) == 0
    }

    /// Stays awake for a moment.
    ///
    /// - Returns: whether the worker was woken meanwhile.
    func isCalledSoon() -> Bool {
        for _ in 0..<Self.looks {
            if rest.load(ordering: .acquiring) == Rest.called.rawValue {
                vainLooks = 0
                return answer()
            }
            sched_yield()
        }
        vainLooks = min(vainLooks + 1, 6)
        return false
    }

    /// Sleeps until the worker is woken, ten seconds at most.
    ///
    /// - Returns: whether it was woken.
    func sleep() -> Bool {
        guard move(from: .none, to: .asleep) else { return answer() }
        if bell.wait(timeout: .now() + 10) == .success { return answer() }
        guard !move(from: .asleep, to: .none) else { return false }
        bell.wait()
        return answer()
    }

    private func answer() -> Bool {
        rest.store(Rest.none.rawValue, ordering: .relaxed)
        return true
    }

    private func move(from old: Rest, to new: Rest) -> Bool {
        rest.compareExchange(expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing).exchanged
    }

    /// Waits for a call that is on its way.
    func awaitCall() { while !sleep() {} }

    func wake() {
        let before = rest.exchange(Rest.called.rawValue, ordering: .acquiringAndReleasing)
        if before == Rest.asleep.rawValue { bell.signal() }
    }

    /// The worker whose thread calls this.
    static var current: Worker? {
        pthread_getspecific(key).map { Unmanaged<Worker>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = pthread_key_create(&key, nil)
        precondition(code == 0, "the system has no room for another key of threads")
        return key
    }()
}
