import SkeinStorage
import SkeinCore

/// Everything that happens to the components of one trial from outside: inputs, faults, and actions of operators, with
/// their moments. It is fixed before the run.
///
/// The plan and the components together decide every step of a run. So the same plan finds the same violation again,
/// and a failing plan can be shortened until only the events that matter are left.
public struct TrialPlan: Sendable, Hashable, Codable {
    /// Decides the order of work and all random numbers of the runtime.
    public var seed: UInt64
    /// Whether work runs in the order of arrival and no time passes in between; otherwise ``seed`` decides.
    public var isOrderly = false
    /// Decides the limits of the first process's runtime; `nil` for the defaults.
    public var limits: UInt64?
    /// Whether every subscription gets every message twice.
    public var deliversTwice = false
    /// The events, in order.
    public var events: [TrialEvent] = []

    /// Creates a plan without events.
    public init(seed: UInt64) { self.seed = seed }
}

extension TrialPlan {
    /// A configuration with small limits, so that queues fill, windows overflow and chunks end all the time.
    ///
    /// - Parameters:
    ///   - limits: decides the limits; `nil` for the default configuration.
    ///   - systems: the outside systems that get circuit breakers.
    static func configuration(_ limits: UInt64?, systems: [String] = []) -> RuntimeConfiguration {
        var configuration = RuntimeConfiguration()
        guard let limits else { return configuration }
        var random = SeededRandom(seed: limits)
        func pick(_ choices: [Int]) -> Int { choices[Int(random.next() % UInt64(choices.count))] }
        configuration.bufferedMessages = pick([1, 3, 16, 64, 1024])
        configuration.bufferedMessagesPerKey = pick([1, 1, 2, 128])
        configuration.concurrentHandlers = pick([1, 2, 64])
        configuration.concurrentActivities = pick([1, 2, 256])
        configuration.commitBatch = pick([1, 2, 1000])
        configuration.reactionBatch = pick([1, 2, 3, 256])
        configuration.tailLength = pick([1, 2, 4, 16_384])
        configuration.liveInstances = pick([1, 2, 4, 10_000])
        configuration.timersInMemory = pick([1, 2, 4, 20_000])
        configuration.fanOutChunk = pick([1, 2, 500])
        configuration.parkedKeysInMemory = pick([1, 2, 4, 10_000])
        configuration.longestHoldUp = .seconds(pick([0, 1, 30]))
        configuration.retryInMemory = .seconds(pick([0, 1, 30]))
        configuration.reactionDeadline = .days(1)
        for system in systems {
            configuration.breakers[system] = BreakerPolicy(
                failures: pick([1, 2, 5]), openFor: .seconds(pick([5, 30, 900])), initialConcurrency: pick([1, 2]),
                fullConcurrency: pick([1, 2, 64]))
        }
        let kept = pick([0, 0, 1, 5])
        if kept > 0 { configuration.logRetention = LogRetention(age: .hours(1), messages: kept) }
        return configuration
    }
}
