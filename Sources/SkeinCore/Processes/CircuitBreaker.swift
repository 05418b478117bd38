/// A circuit breaker as a state machine: closed, open, probing, recovering.
struct CircuitBreaker {
    enum State: Equatable {
        case closed(failures: Int)
        case open(until: Timestamp)
        /// One call probes the system; if nothing is heard of it until then, another one does.
        case probing(until: Timestamp)
        case recovering(concurrency: Int)
    }

    enum Admission: Equatable {
        case run
        case wait(until: Timestamp)
        /// A place comes free when a running call ends.
        case queue
    }

    let policy: BreakerPolicy
    private(set) var state = State.closed(failures: 0)
    private(set) var running = 0
    /// The number of the newest call that was admitted; calls are told apart by it.
    private(set) var admitted: UInt64 = 0
    private var probe: UInt64 = 0
    private var lost: Set<UInt64> = []

    init(policy: BreakerPolicy) { self.policy = policy }

    mutating func admit(at now: Timestamp) -> Admission {
        switch state {
        case .closed:
            break
        case .open(let until) where now < until:
            return .wait(until: until)
        case .probing(let until) where now < until:
            return .queue
        case .open, .probing:
            if case .probing = state { loseProbe() }
            state = .probing(until: now.advanced(by: policy.openFor))
        case .recovering(let concurrency):
            if running >= concurrency { return .queue }
        }
        running += 1
        admitted += 1
        if case .probing = state { probe = admitted }
        return .run
    }

    /// Gives up the probe: it has not ended in time and may never end. Its result no longer counts.
    private mutating func loseProbe() {
        running -= 1
        lost.insert(probe)
    }

    /// A call has ended.
    mutating func ended(_ call: UInt64, success: Bool, at now: Timestamp) {
        guard lost.remove(call) == nil else { return }
        if success { succeeded() } else { failed(at: now) }
    }

    /// How many calls could begin now; `nil` for any number.
    func places(at now: Timestamp) -> Int? {
        switch state {
        case .closed: nil
        case .open(let until), .probing(let until): now < until ? 0 : 1
        case .recovering(let concurrency): max(0, concurrency - running)
        }
    }

    /// When to look again for places, while calls wait.
    func nextLook(at now: Timestamp) -> Timestamp {
        switch state {
        case .open(let until) where now < until, .probing(let until) where now < until: until
        case .closed, .open, .probing, .recovering: now.advanced(by: policy.openFor)
        }
    }

    mutating func succeeded() {
        running = max(0, running - 1)
        switch state {
        case .closed: state = .closed(failures: 0)
        case .open: break
        case .probing: state = .recovering(concurrency: max(1, policy.initialConcurrency))
        case .recovering(let concurrency):
            let next = concurrency * 2
            state = next >= policy.fullConcurrency ? .closed(failures: 0) : .recovering(concurrency: next)
        }
    }

    mutating func failed(at now: Timestamp) {
        running = max(0, running - 1)
        switch state {
        case .closed(let failures) where failures + 1 < policy.failures: state = .closed(failures: failures + 1)
        case .closed, .probing, .recovering: state = .open(until: now.advanced(by: policy.openFor))
        case .open: break
        }
    }
}
