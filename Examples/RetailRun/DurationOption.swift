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
}
