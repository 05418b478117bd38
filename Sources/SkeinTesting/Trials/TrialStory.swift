import SkeinCore
import Synchronization

/// The lines that tell what happened in a trial, each with the time on the trial's clock. Without ``isTold`` the story
/// stays empty, and no text is built.
final class TrialStory: Sendable {
    private struct State {
        var lines: [String] = []
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

    /// A time since the start of the trial as days and a time of day to the millisecond.
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
