import ArgumentParser
import SkeinCore

/// A duration on a command line, in ISO 8601: `PT2S`.
struct DurationOption: ExpressibleByArgument, Sendable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = try? Duration(iso8601: argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { duration.iso8601 }
}
