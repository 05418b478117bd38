/// The process of one part, as its supervisor sees it: it is started again when it dies, after a pause that doubles
/// while it dies young, unless trying again is in vain.
///
/// Each event returns what the supervisor has to do. Times are counted from any moment on.
struct PartLife {
    /// What the supervisor has to do.
    enum Action: Equatable {
        case start
        case signal(Int32, to: Int32)
    }

    /// How a process has ended.
    enum End: Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(by: Int32)

        /// What follows the name of the process.
        var description: String {
            switch self {
            case .exited(let code): "has ended with exit code \(code)"
            case .killed(let signal): "was killed by signal \(signal)"
            }
        }
    }

    private enum State: Equatable {
        /// Not wanted.
        case off
        /// Is to be started; there is no process.
        case due(at: Duration)
        case running(Int32, since: Duration)
        /// Was asked to end, and is killed when it does not.
        case ending(Int32, until: Duration)
        /// Has ended in a way that another start does not mend.
        case failed(Int32)
    }

    /// How long a process may take for its orderly end: the runtime drains for up to ten seconds.
    static let patience = Duration.seconds(20)
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(5)
    /// A process that has lived for so long does not count as one that dies young.
    private static let youth = Duration.seconds(10)
    private static let kill: Int32 = 9
    private static let terminate: Int32 = 15

    private var state = State.off
    private var pause = Self.shortestPause
    /// How often it was started again after it had died.
    private(set) var restarts = 0
    private var hasDied = false

    /// The process; `nil` where there is none.
    var process: Int32? {
        switch state {
        case .running(let process, _), .ending(let process, _): process
        case .off, .due, .failed: nil
        }
    }

    /// Whether there is no process, and none is wanted.
    var isOff: Bool { state == .off }

    /// Whether the process is to be started, at once or after a pause.
    var isDue: Bool { if case .due = state { true } else { false } }

    /// The exit code of a process that cannot be helped by another start.
    var failure: Int32? { if case .failed(let code) = state { code } else { nil } }

    /// The part is wanted.
    mutating func begin(at now: Duration) {
        guard state == .off else { return }
        (state, hasDied) = (.due(at: now), false)
    }

    /// The part is not wanted any more.
    mutating func end(at now: Duration) -> Action? {
        switch state {
        case .due, .failed: state = .off
        case .running(let process, _):
            state = .ending(process, until: now + Self.patience)
            return .signal(Self.terminate, to: process)
        case .off, .ending: break
        }
        return nil
    }

    /// Time has passed.
    mutating func tick(at now: Duration) -> Action? {
        switch state {
        case .due(let time) where time <= now: return .start
        case .ending(let process, let time) where time <= now:
            state = .ending(process, until: now + Self.patience)
            return .signal(Self.kill, to: process)
        default: return nil
        }
    }

    /// The process was started.
    mutating func started(_ process: Int32, at now: Duration) {
        if hasDied { restarts += 1 }
        state = .running(process, since: now)
    }

    /// The process has ended.
    mutating func ended(_ end: End, at now: Duration) {
        switch state {
        case .ending: state = .off
        case .running(_, let since):
            if case .exited(let code) = end, Self.isFinal(code) { return state = .failed(code) }
            if now - since >= Self.youth { pause = Self.shortestPause }
            (state, hasDied) = (.due(at: now + pause), true)
            pause = min(pause * 2, Self.longestPause)
        case .off, .due, .failed: break
        }
    }

    /// Whether an exit code names something that a person has to mend: wrong usage, a file that is no store, a folder
    /// that cannot be written, a world that cannot be started.
    private static func isFinal(_ code: Int32) -> Bool {
        let final: [CommandFailure.Code] = [.usage, .noInput, .unavailable, .cannotCreate, .outputLost]
        return final.contains { $0.rawValue == code }
    }
}
