import RetailPlay
import Testing

/// The ways in which every scenario is played.
enum Way: String, CaseIterable, CustomTestStringConvertible {
    case plain, twice, crashing, twiceAndCrashing

    var options: PlayOptions {
        PlayOptions(
            isDuplicating: self == .twice || self == .twiceAndCrashing,
            isCrashing: self == .crashing || self == .twiceAndCrashing)
    }

    var testDescription: String {
        switch self {
        case .plain: "plain"
        case .twice: "every message twice"
        case .crashing: "a crash at every commit"
        case .twiceAndCrashing: "every message twice and a crash at every commit"
        }
    }
}
