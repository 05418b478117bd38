import SkeinStorage
import SkeinCore

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
