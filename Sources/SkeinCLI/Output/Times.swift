import SkeinCore

/// How times are shown to people: in UTC, to the second, and how far away they are.
enum Times {
    static var now: Timestamp { RuntimeEnvironment.system.clock.now }

    /// `2026-03-01 12:00:00`.
    static func short(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).replacing("T", with: " ")
    }

    /// `03-01 12:00:00`, with the year where it is not the present one; for tables with much in a row.
    static func brief(_ time: Timestamp) -> String {
        let text = short(time)
        return text.prefix(5) == short(now).prefix(5) ? String(text.dropFirst(5)) : text
    }

    /// `2026-03-01 12:00:00 (in 3 d)`.
    static func full(_ time: Timestamp) -> String { "\(short(time)) (\(distance(to: time)))" }

    static func distance(to time: Timestamp) -> String {
        let seconds = time.since(now).components.seconds
        let text = amount(abs(seconds))
        if abs(seconds) < 1 { return "now" }
        return seconds > 0 ? "in \(text)" : "\(text) ago"
    }

    private static func amount(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
