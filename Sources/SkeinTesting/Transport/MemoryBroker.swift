public import SkeinMessages
public import SkeinTransport
import Synchronization

/// A broker in memory for tests: topics with partitions, readers that outlive their connections, groups, replay,
/// transactions, and whatever goes wrong with brokers.
///
/// ```swift
/// let broker = MemoryBroker()
/// let transport = broker.transport()
/// broker.suffer(.stormy, seed: 7)
/// ```
///
/// It has no threads, timers or tasks: a call that waits is resumed by another call, so that under a seeded simulation
/// equal seeds give equal runs. A process may be dropped with a `receive` that never comes back.
///
/// - Ordering: a partition keeps the order of storing; a subject belongs to the partition that `StableHash` gives it.
///   Without faults a source gets all its messages in the order in which they were stored.
/// - Sources of one reader: an `alone` source ends all others that read one of its topics under its name, as it would
///   after the death of their process, and they throw `disconnected`. A source of a group ends an `alone` one, and the
///   one with its own member name; with the others it shares. Whoever loses a partition loses what it has in hand of
///   it: acknowledging that has no effect.
/// - Acknowledgements are single: only what was not acknowledged comes again. Each source gets the catalogue for
///   itself, from where its subscription says.
public final class MemoryBroker: Sendable {
    /// The name of the broker in errors.
    public let label: String
    /// Gives the times at which messages are stored, for replay from a time.
    public let clock: VirtualClock
    private let state: Mutex<MemoryBrokerState>

    /// An empty broker that runs.
    ///
    /// - Parameters:
    ///   - partitions: of each topic, 1 or more.
    ///   - clock: stands still until a test moves it.
    public init(
        label: String = "memory", partitions: Int = 4,
        clock: VirtualClock = VirtualClock(start: Timestamp(microseconds: 1_767_225_600_000_000))
    ) {
        precondition(partitions > 0, "a topic has at least one partition")
        (self.label, self.clock) = (label, clock)
        state = Mutex(MemoryBrokerState(label: label, partitionCount: partitions))
    }

    /// What ``transport(features:)`` offers unless it is told otherwise: all that a caller can ask of a transport. Dead
    /// letters and selectors are matters of a broker's own settings.
    public static let features = TransportFeatures(
        Set(TransportAbility.allCases).subtracting([.deadLetters, .selectors]),
        acknowledgements: Set(Acknowledgement.allCases))

    /// A way to the broker. All such ways lead to the same topics.
    ///
    /// - Parameter features: fewer than ``features``, to see how a program does without; with a largest message, those
    ///   beyond it are refused.
    public func transport(features: TransportFeatures = MemoryBroker.features) -> any Transport {
        MemoryTransport(broker: self, features: features)
    }

    /// Changes the state and resumes whoever may go on.
    @discardableResult
    func change<Value: Sendable>(_ body: (inout MemoryBrokerState) throws -> Value) rethrows -> Value {
        var woken: [UnsafeContinuation<Void, Never>] = []
        var notices: [@Sendable () -> Void] = []
        defer {
            for waiter in woken { waiter.resume() }
            for notice in notices { notice() }
        }
        return try state.withLock { state in
            defer { (woken, notices) = state.takeWoken() }
            return try body(&state)
        }
    }
}
