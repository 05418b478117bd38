import SkeinCore
import SkeinStorage

/// What decides, beside a channel's report, how its connections are shown.
struct ChannelCondition {
    /// Whether a process has the store open.
    var hasProcess: Bool
    /// Whether the channel is configured no more.
    var isGone: Bool
    /// Since when operators have it suspended; `nil` for never, or no more.
    var suspendedSince: Timestamp?

    /// What a person is told of a connection: what a process wrote down before it was killed is long over, and where
    /// none runs, none writes down that the channel was suspended or goes on.
    func state(of connection: ChannelReport.Connection) -> String {
        if isGone { return Self.gone }
        if suspendedSince != nil { return ChannelReport.State.suspended.rawValue }
        return hasProcess || connection.state == .stopped ? connection.state.rawValue : Self.noProcess
    }

    /// Since when it is in that state.
    func since(of connection: ChannelReport.Connection) -> Timestamp {
        guard !isGone, connection.state != .suspended else { return connection.since }
        return suspendedSince ?? connection.since
    }

    /// Stands for the state of a connection when its process is gone.
    private static let noProcess = "no process"
    /// Stands for the state of a connection of a channel that is configured no more.
    private static let gone = "gone"

    static func style(_ state: String) -> Style? {
        switch state {
        case noProcess, gone: .red
        case ChannelReport.State.connected.rawValue: .green
        case ChannelReport.State.disconnected.rawValue: .red
        case ChannelReport.State.suspended.rawValue, ChannelReport.State.held.rawValue,
            ChannelReport.State.connecting.rawValue:
            .yellow
        default: .dim
        }
    }
}
