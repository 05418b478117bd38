import RetailPlay
import SkeinStorage
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

    /// A storm and crashes together, decided by the name of the play and the division, and what to say when it fails.
    static func sample(of play: String, _ division: Division) -> (options: PlayOptions, comment: Comment) {
        let seed = StableHash.value(of: "\(play)/\(division)")
        var options = PlayOptions(division: division, storm: seed)
        options.commitsPerCrash = 3 + Int(seed >> 32 & 7)
        return (options, "\(division), storm \(seed), killed after every \(options.commitsPerCrash ?? 0) commits")
    }

    var testDescription: String {
        switch self {
        case .plain: "plain"
        case .crashing: "a crash at every commit"
        case .stormy: "in a storm"
        }
    }
}
