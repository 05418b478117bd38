internal import Synchronization

/// When calls to a failing outside system stop, and how they begin again.
public struct BreakerPolicy: Sendable, Hashable {
    /// How many failures in a row open the circuit.
    public var failures: Int
    /// How long it stays open before one call probes the system.
    public var openFor: Duration
    /// After a probe has succeeded, this many calls run at once; the number doubles with each success until
    /// ``fullConcurrency``, so that what has piled up is released gradually.
    public var initialConcurrency: Int
    /// How many calls at once count as recovered: the circuit is closed and no longer limits.
    public var fullConcurrency: Int

    public init(
        failures: Int = 5, openFor: Duration = .seconds(30), initialConcurrency: Int = 1, fullConcurrency: Int = 64
    ) {
        (self.failures, self.openFor) = (failures, openFor)
        (self.initialConcurrency, self.fullConcurrency) = (initialConcurrency, fullConcurrency)
    }
}

/// A circuit breaker as a state machine: closed, open, probing, recovering.
struct CircuitBreaker {
    enum State: Equatable {
        case closed(failures: Int)
        case open(until: Timestamp)
        case probing
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

    init(policy: BreakerPolicy) { self.policy = policy }

    mutating func admit(at now: Timestamp) -> Admission {
        switch state {
        case .closed:
            break
        case .open(let until) where now < until:
            return .wait(until: until)
        case .open:
            state = .probing
        case .probing:
            return .queue
        case .recovering(let concurrency):
            if running >= concurrency { return .queue }
        }
        running += 1
        return .run
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

/// The circuit breakers of a runtime, one an outside system.
final class CircuitBreakers: Sendable {
    private struct Entry {
        var breaker: CircuitBreaker
        /// Who waits for a place.
        var waiting: [@Sendable () -> Void] = []
    }

    private let policies: [String: BreakerPolicy]
    /// Systems that operators have stopped, and the activities that wait for them.
    private let held: Mutex<[String: [@Sendable () -> Void]]>
    private let entries = Mutex<[String: Entry]>([:])

    init(policies: [String: BreakerPolicy], held: [String]) {
        self.policies = policies
        self.held = Mutex(Dictionary(held.map { ($0, []) }, uniquingKeysWith: { first, _ in first }))
    }

    /// Admits nothing to a system until it is released.
    func hold(_ system: String) { held.withLock { $0[system] = $0[system] ?? [] } }

    /// Lets a held system be called again.
    func release(_ system: String) {
        for retry in held.withLock({ $0.removeValue(forKey: system) }) ?? [] { retry() }
    }

    /// Asks whether a call may be made now; if it has to queue, `retry` is called when it may ask again.
    func admit(_ system: String, at now: Timestamp, retry: @escaping @Sendable () -> Void) -> CircuitBreaker.Admission {
        let isHeld = held.withLock { held in
            guard held[system] != nil else { return false }
            held[system]?.append(retry)
            return true
        }
        if isHeld { return .queue }
        return entries.withLock { entries in
            var entry = entries[system] ?? Entry(breaker: CircuitBreaker(policy: policies[system] ?? BreakerPolicy()))
            let admission = entry.breaker.admit(at: now)
            if admission == .queue { entry.waiting.append(retry) }
            entries[system] = entry
            return admission
        }
    }

    /// Reports how a call ended.
    func report(_ system: String, success: Bool, at now: Timestamp) {
        let waiting = entries.withLock { entries -> [@Sendable () -> Void] in
            guard var entry = entries[system] else { return [] }
            if success { entry.breaker.succeeded() } else { entry.breaker.failed(at: now) }
            let waiting = entry.waiting
            entry.waiting = []
            entries[system] = entry
            return waiting
        }
        for retry in waiting { retry() }
    }
}
