/// A promise that a trial has seen broken.
public struct TrialViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// The invariant of `ARCHITECTURE.md` by its number, 1 to 10; 0 for a promise of the trial's own.
    public let invariant: Int
    /// What was seen, with its names, keys and positions.
    public let text: String

    /// Creates a violation of an invariant, 1 to 10, or of a promise of the trial's own, 0.
    public init(_ invariant: Int, _ text: String) { (self.invariant, self.text) = (invariant, text) }

    /// The invariant, and what was seen.
    public var description: String { invariant == 0 ? text : "invariant \(invariant): \(text)" }

    /// The text without its quoted names and its numbers. Two violations of one kind are the same mistake.
    var kind: String {
        var isQuoted = false
        let words = text.filter { character in
            if character == "'" { isQuoted.toggle() }
            return !isQuoted && !character.isNumber
        }
        return "\(invariant) \(words.prefix(200))"
    }

    /// An invariant in one sentence.
    static func title(of invariant: Int) -> String {
        switch invariant {
        case 1: "a committed event reaches every subscription, and its effects happen once"
        case 2: "messages of one key are handled in order"
        case 3: "no effect leaves before its commit, and none is forgotten"
        case 4: "an instance never reacts twice at once"
        case 5: "a position never passes a message that is neither handled nor parked"
        case 6: "a wait exists before the command that provokes its answer leaves"
        case 7: "a timer fires once per arming, never early, and a cancelled one never"
        case 8: "replaying a journal gives the same state and the same effects"
        case 9: "bad input changes nothing"
        case 10: "nothing is dropped silently"
        default: "a promise of the trial's own"
        }
    }
}
