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

/// One input, fault, or action of an operator in a trial.
public struct TrialEvent: Sendable, Hashable, Codable {
    /// The time between two events.
    public enum Pause: Sendable, Hashable, Codable {
        /// This many pieces of work.
        case steps(Int)
        /// This long on the clock, with everything that is due on the way.
        case time(seconds: Int)
    }

    /// What happens. Where a number decides the limits of the next process, `nil` stands for the defaults.
    public enum Action: Sendable, Hashable, Codable {
        /// A client sends the input with this number, counted from 0 in the order of the trial's description.
        case input(Int)
        /// The process is killed and starts again.
        case crash(TrialCrash, limits: UInt64?)
        /// The process stops gracefully, operators act on the closed store, and the process starts again.
        case restart(whileClosed: [TrialOperation], limits: UInt64?)
        /// An operator acts.
        case operate(TrialOperation)
        /// The next commit fails; the process ends and starts again.
        case storeFault(TrialStoreFault)
        /// A read fails, after this many reads.
        case readFault(after: Int)
        /// An outside system, by its number from 0, changes its behavior.
        case outside(system: Int, TrialWeather)
        /// Somebody sets the clock, forward or back (negative).
        case clockJump(seconds: Int)
    }

    /// The time since the event before.
    public var pause: Pause
    /// What happens.
    public var action: Action

    /// Creates an event that happens a pause after the event before.
    public init(_ action: Action, after pause: Pause) { (self.action, self.pause) = (action, pause) }
}

/// The moment at which a process is killed.
public enum TrialCrash: String, Sendable, Hashable, Codable, CaseIterable {
    /// Between two pieces of work.
    case now
    /// At the next commit, before it is durable.
    case beforeCommit
    /// At the next commit, when it is durable but the runtime does not know yet.
    case afterCommit
}

/// The way in which a commit fails.
public enum TrialStoreFault: String, Sendable, Hashable, Codable, CaseIterable {
    /// Another process writes for too long.
    case busy
    /// The disk is full.
    case full
    /// The disk fails.
    case inputOutput
    /// The disk reports a failure although the commit is durable.
    case inputOutputAfterwards
}

/// The behavior of an outside system for some time.
public enum TrialWeather: String, Sendable, Hashable, Codable, CaseIterable {
    /// It answers at once.
    case fine
    /// It fails every call without acting.
    case failing
    /// It acts, but its answers are lost.
    case losingAnswers
    /// It answers after some seconds.
    case slow
    /// It never answers.
    case silent
    /// Each call is drawn from `fine`, `failing`, `losingAnswers` and `slow`.
    case unsteady
}

/// An action of an operator. Its object, an instance, an incident or a system, is chosen among those that exist at that
/// moment; without one, nothing happens.
public struct TrialOperation: Sendable, Hashable, Codable {
    /// The kind of the action.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case suspend, resume, cancel, terminate, retryInstance, retryIncident, edit, skip, redirect, retryCause
        case editRetry, suspendSystem, resumeSystem
    }

    /// The kind of the action.
    public var kind: Kind
    /// Chooses the object.
    public var pick: UInt64

    /// Creates an action and the number that chooses its object.
    public init(_ kind: Kind, pick: UInt64) { (self.kind, self.pick) = (kind, pick) }
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
