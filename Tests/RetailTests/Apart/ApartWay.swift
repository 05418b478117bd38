import RetailPlay
import Testing

/// The ways in which scenarios are played with their components in processes of their own.
enum ApartWay: CaseIterable, CustomTestStringConvertible {
    case plain, crashing, stormy

    /// The options, and what to say when a play with them fails.
    func options(_ division: Division) -> (options: PlayOptions, comment: Comment) {
        var options = PlayOptions(isCrashing: self == .crashing, division: division)
        guard self == .stormy else { return (options, "\(division)") }
        let seed = UInt64.random(in: 0 ... .max)
        options.storm = seed
        return (options, "\(division), play it again with PlayOptions.storm = \(seed)")
    }

    var testDescription: String {
        switch self {
        case .plain: "plain"
        case .crashing: "a crash at every commit"
        case .stormy: "in a storm"
        }
    }
}
