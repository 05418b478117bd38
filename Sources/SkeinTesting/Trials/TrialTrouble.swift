import SkeinCore
import Synchronization

/// Something that the plan of a trial breaks for a while; see ``Trial/trouble()``.
public struct TrialTrouble: Sendable {
    let weather: Trial.Weather

    /// Whether it is broken at this moment; `false` at the end of the trial.
    public var isHere: Bool { weather.next(1) != .fine }
}
