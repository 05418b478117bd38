import SkeinCore

/// Everything that one trial does besides the ordinary course of work, decided beforehand: what comes in, what breaks,
/// what operators do, and when.
///
/// A plan and the code under trial decide every step of a run, so a plan that found something finds it again, and can
/// be made shorter until only what matters is left.
public struct TrialPlan: Sendable, Hashable, Codable {
    /// Decides which piece of work goes on next, and what is drawn at random by the code under trial.
    public var seed: UInt64
    /// Whether work goes on in the order of arrival and nothing is late; else as ``seed`` decides.
    public var isOrderly = false
    /// Decides the limits of the first runtime; `nil` for the defaults.
    public var limits: UInt64?
    /// Whether every message is handed to every subscription twice.
    public var deliversTwice = false
    /// What happens, in order.
    public var events: [TrialEvent] = []

    /// A plan without anything in it.
    public init(seed: UInt64) { self.seed = seed }
}

/// One thing that happens in a trial.
public struct TrialEvent: Sendable, Hashable, Codable {
    /// How long after the event before.
    public enum Pause: Sendable, Hashable, Codable {
        /// So many pieces of work later.
        case steps(Int)
        /// So long later on the clock, with everything that is due on the way.
        case time(seconds: Int)
    }

    /// What happens.
    public enum Action: Sendable, Hashable, Codable {
        /// The trial's own input with this number comes in.
        case input(Int)
        /// The process is killed; the next one has the limits that the number decides, or the defaults.
        case crash(TrialCrash, limits: UInt64?)
        /// The process stops in order; operators act on the closed store; the next one has other limits.
        case restart(whileClosed: [TrialOperation], limits: UInt64?)
        /// An operator acts.
        case operate(TrialOperation)
        /// The store fails at the next commit, and the process ends and is started again.
        case storeFault(TrialStoreFault)
        /// The store cannot be read at one of the next reads.
        case readFault(after: Int)
        /// An outside system begins to behave otherwise.
        case outside(system: Int, TrialWeather)
        /// The clock jumps.
        case clockJump(seconds: Int)
    }

    /// How long after the event before it happens.
    public var pause: Pause
    /// What happens.
    public var action: Action

    /// What happens, and how long after the event before.
    public init(_ action: Action, after pause: Pause) { (self.action, self.pause) = (action, pause) }
}

/// Where a process is killed.
public enum TrialCrash: String, Sendable, Hashable, Codable, CaseIterable {
    /// Between two pieces of work.
    case now
    /// At the next commit, before anything of it is durable.
    case beforeCommit
    /// At the next commit, when it is durable and nobody knows yet.
    case afterCommit
}

/// What goes wrong with a commit.
public enum TrialStoreFault: String, Sendable, Hashable, Codable, CaseIterable {
    /// Another process writes for too long.
    case busy
    /// The disk is full.
    case full
    /// The disk fails.
    case inputOutput
    /// The disk fails, and the commit has become durable all the same.
    case inputOutputAfterwards
}

/// How an outside system behaves.
public enum TrialWeather: String, Sendable, Hashable, Codable, CaseIterable {
    /// It answers at once.
    case fine
    /// It fails every call without acting.
    case failing
    /// It acts, and its answers are lost.
    case losingAnswers
    /// It answers after some seconds.
    case slow
    /// It never answers.
    case silent
    /// Each call goes one of the other ways.
    case unsteady
}

/// What an operator does; to which instance or incident is drawn from those that there are at that moment.
public struct TrialOperation: Sendable, Hashable, Codable {
    /// The kind of the action.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case suspend, resume, cancel, retryInstance, retryIncident, edit, skip, redirect, retryCause
        case suspendSystem, resumeSystem
    }

    /// The kind of the action.
    public var kind: Kind
    /// Chooses among what there is.
    public var pick: UInt64

    /// An action, and what chooses its object.
    public init(_ kind: Kind, pick: UInt64) { (self.kind, self.pick) = (kind, pick) }
}

extension TrialPlan {
    /// Limits as small as they can be, so that queues are full, windows are left and chunks end at every turn.
    ///
    /// - Parameter systems: the outside systems that have circuit breakers.
    static func configuration(_ limits: UInt64?, systems: [String] = []) -> RuntimeConfiguration {
        var configuration = RuntimeConfiguration()
        guard let limits else { return configuration }
        var random = SeededRandom(seed: limits)
        func pick(_ choices: [Int]) -> Int { choices[Int(random.next() % UInt64(choices.count))] }
        configuration.bufferedMessages = pick([2, 3, 5, 16, 1024])
        configuration.bufferedMessagesPerKey = pick([1, 2, 3, 128])
        configuration.concurrentHandlers = pick([1, 2, 64])
        configuration.concurrentActivities = pick([1, 2, 256])
        configuration.commitBatch = pick([1, 2, 1000])
        configuration.reactionBatch = pick([1, 2, 3, 256])
        configuration.tailLength = pick([1, 2, 4, 16_384])
        configuration.liveInstances = pick([1, 2, 4, 10_000])
        configuration.timersInMemory = pick([1, 2, 4, 20_000])
        configuration.fanOutChunk = pick([1, 2, 500])
        configuration.retryInMemory = .seconds(pick([0, 1, 30]))
        configuration.reactionDeadline = .days(1)
        for system in systems {
            configuration.breakers[system] = BreakerPolicy(
                failures: pick([1, 2, 5]), openFor: .seconds(pick([5, 30, 900])), initialConcurrency: pick([1, 2]),
                fullConcurrency: pick([1, 2, 64]))
        }
        return configuration
    }
}
