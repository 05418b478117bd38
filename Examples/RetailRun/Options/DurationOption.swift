import ArgumentParser
import SkeinCore

/// A duration on a command line, in ISO 8601: `PT2S`.
struct DurationOption: Sendable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    /// Reads a duration, or says how to write one.
    static func read(_ text: String) throws -> DurationOption {
        do {
            return DurationOption(try Duration(iso8601: text))
        } catch {
            throw ValidationError("\(error); write an ISO 8601 duration, such as PT2S or PT0.5S")
        }
    }

    /// Reads a duration within bounds, or says how to write one.
    static func read(_ text: String, _ range: ClosedRange<Duration>) throws -> DurationOption {
        let option = try read(text)
        guard range.contains(option.duration) else {
            throw ValidationError(
                "write an ISO 8601 duration from \(range.lowerBound.iso8601) to \(range.upperBound.iso8601)")
        }
        return option
    }
}
