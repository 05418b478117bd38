internal import DequeModule
internal import Synchronization

/// The circuit breakers of a runtime, one an outside system, and who waits for them.
///
/// Those who wait are told as places come free, in the order in which they came; nobody else is disturbed, so that an
/// outage costs in proportion to the calls that are made, not to those that wait.
final class CircuitBreakers: Sendable {
    typealias Retry = @Sendable () -> Void

    private struct Entry {
        var breaker: CircuitBreaker
        var waiting = Deque<Retry>()
        /// Whether there is a wake-up at which to look for places.
        var isLooking = false
    }

    private let policies: [String: BreakerPolicy]
    private let clock: any RuntimeClock
    private let timers: TimerService
    /// Systems that operators have stopped, and the activities that wait for them.
    private let suspended: Mutex<[StoredKey: [Retry]]>
    /// Who is told when a system is suspended.
    private let observers = Mutex<[StoredKey: [Retry]]>([:])
    private let entries = Mutex<[StoredKey: Entry]>([:])

    init(policies: [String: BreakerPolicy], suspended: [String], clock: any RuntimeClock, timers: TimerService) {
        (self.policies, self.clock, self.timers) = (policies, clock, timers)
        self.suspended = Mutex(
            Dictionary(suspended.map { (StoredKey($0), []) }, uniquingKeysWith: { first, _ in first }))
    }

    /// The systems to which nothing is admitted until an operator resumes them.
    var suspendedSystems: Set<String> { suspended.withLock { Set($0.keys.map(\.text)) } }

    /// Admits nothing to a system until ``resume(_:)``.
    func suspend(_ system: String) {
        suspended.withLock { $0[StoredKey(system), default: []] += [] }
        for observer in observers.withLock({ $0[StoredKey(system)] }) ?? [] { observer() }
    }

    /// Calls back whenever a system is suspended.
    func whenSuspended(_ system: String, _ observer: @escaping Retry) {
        observers.withLock { $0[StoredKey(system), default: []].append(observer) }
    }

    /// Whether nothing is admitted to a system until ``resume(_:)``.
    func isSuspended(_ system: String) -> Bool { suspended.withLock { $0[StoredKey(system)] != nil } }

    /// Calls back when a system is no longer suspended: at once where it is not.
    func whenResumed(_ system: String, _ retry: @escaping Retry) {
        let isSuspended = suspended.withLock { suspended in
            suspended[StoredKey(system)]?.append(retry)
            return suspended[StoredKey(system)] != nil
        }
        if !isSuspended { retry() }
    }

    /// Lets a suspended system be called again.
    func resume(_ system: String) {
        for retry in suspended.withLock({ $0.removeValue(forKey: StoredKey(system)) }) ?? [] { retry() }
    }

    /// A call that was admitted; it has its place until it has said how it ended, which counts once.
    final class Call: Sendable {
        private let breakers: CircuitBreakers
        private let system: String
        private let number: UInt64
        private let hasEnded = Atomic(false)

        fileprivate init(_ breakers: CircuitBreakers, _ system: String, _ number: UInt64) {
            (self.breakers, self.system, self.number) = (breakers, system, number)
        }

        func end(success: Bool) {
            if !hasEnded.exchange(true, ordering: .relaxed) { breakers.report(system, number, success: success) }
        }
    }

    /// Asks whether a call may be made now; if not, `retry` is called when it should ask again.
    func admit(_ system: String, retry: @escaping Retry) -> Call? {
        let isSuspended = suspended.withLock { suspended in
            guard suspended[StoredKey(system)] != nil else { return false }
            suspended[StoredKey(system)]?.append(retry)
            return true
        }
        if isSuspended { return nil }
        let now = clock.now
        let number = entries.withLock { entries -> UInt64? in
            let key = StoredKey(system)
            var entry = entries[key] ?? Entry(breaker: CircuitBreaker(policy: policies[system] ?? BreakerPolicy()))
            defer { entries[key] = entry }
            if entry.breaker.admit(at: now) == .run { return entry.breaker.admitted }
            entry.waiting.append(retry)
            planLook(system, &entry, at: now)
            return nil
        }
        return number.map { Call(self, system, $0) }
    }

    private func report(_ system: String, _ call: UInt64, success: Bool) {
        let now = clock.now
        tell(system) { $0.breaker.ended(call, success: success, at: now) }
    }

    /// Tells as many of those who wait as there are places.
    private func tell(_ system: String, after change: (inout Entry) -> Void) {
        let now = clock.now
        let told = entries.withLock { entries -> [Retry] in
            guard var entry = entries[StoredKey(system)] else { return [] }
            defer { entries[StoredKey(system)] = entry }
            change(&entry)
            let count = min(entry.breaker.places(at: now) ?? .max, entry.waiting.count)
            let told = Array(entry.waiting.prefix(count))
            entry.waiting.removeFirst(count)
            planLook(system, &entry, at: now)
            return told
        }
        for retry in told { retry() }
    }

    /// While calls wait, somebody looks for places from time to time: one who was told may no longer want to call.
    private func planLook(_ system: String, _ entry: inout Entry, at now: Timestamp) {
        guard !entry.waiting.isEmpty, !entry.isLooking else { return }
        entry.isLooking = true
        timers.schedule(at: entry.breaker.nextLook(at: now)) { [weak self] in
            self?.tell(system) { $0.isLooking = false }
        }
    }
}
