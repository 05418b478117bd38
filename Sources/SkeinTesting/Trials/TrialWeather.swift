import SkeinStorage
import SkeinCore

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
