import ArgumentParser
import Skein

/// A duration on a command line, in ISO 8601: `PT2S`.
struct DurationOption: Sendable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    /// Reads a duration within bounds, or says how to write one.
    static func read(_ text: String, _ range: ClosedRange<Duration>) throws -> DurationOption {
        let way =
            "write an ISO 8601 duration from \(range.lowerBound.iso8601) to \(range.upperBound.iso8601), such as PT2S "
            + "or PT0.5S"
        let duration: Duration
        do {
            duration = try Duration(iso8601: text)
        } catch {
            throw ValidationError("\(error); \(way)")
        }
        guard range.contains(duration) else { throw ValidationError(way) }
        return DurationOption(duration)
    }
}
