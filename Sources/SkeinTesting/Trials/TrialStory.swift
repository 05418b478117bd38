import SkeinCore
import Synchronization

/// What happened in a trial, a line each, with the time on its clock; empty unless asked for.
final class TrialStory: Sendable {
    private struct State {
        var lines: [String] = []
        var last: String?
    }

    let isTold: Bool
    private let clock: VirtualClock
    private let start: Timestamp
    private let state = Mutex(State())

    init(isTold: Bool, clock: VirtualClock) {
        (self.isTold, self.clock, start) = (isTold, clock, clock.now)
    }

    var lines: [String] { state.withLock { $0.lines } }

    func tell(_ line: @autoclosure () -> String) {
        guard isTold else { return }
        let time = Self.text(clock.now.since(start))
        let line = line()
        state.withLock { $0.lines.append(time + "  " + line) }
    }

    /// The time since the start of the trial: days, and the time of day to the millisecond.
    private static func text(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        func pad(_ value: Int64, _ width: Int) -> String {
            let digits = String(abs(value))
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let day = seconds / 86_400
        let clock =
            "\(pad(seconds / 3600 % 24, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2)).\(pad(rest, 3))"
        return "day \(day) \(clock)"
    }
}
