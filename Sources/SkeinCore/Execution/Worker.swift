private import Dispatch

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
    // Proof for `@unchecked`: only the worker's own thread touches the two flags.

    let pool: WorkerPool
    /// Whether the thread takes what it submits; see ``PromptReturn``.
    var returnsSoon = false
    /// Whether the thread commits, and has promised to come back soon apart from that.
    var commits = false
    private let bell = DispatchSemaphore(value: 0)

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

    /// Sleeps until the worker is woken, ten seconds at most.
    ///
    /// - Returns: whether it was woken.
    func sleep() -> Bool { bell.wait(timeout: .now() + 10) == .success }

    /// Waits for a call that is on its way.
    func awaitCall() { bell.wait() }

    func wake() { bell.signal() }

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
