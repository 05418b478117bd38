import SkeinStorage

/// Tells people when a process, or one of several, has no broker, when that is over, and what contradicts the
/// configuration of a channel; each once.
struct ConnectionNotice {
    private enum State { case unknown, connected, disconnected }

    private var state = State.unknown
    private var problems: Set<String> = []

    /// Takes in how channels stand.
    ///
    /// - Returns: what is new; `nil` for nothing.
    mutating func note(_ reports: [ChannelReport]) -> String? {
        if let news = newState(reports) { return news }
        return reports.compactMap(\.problem).first { problems.insert($0).inserted }
    }

    private mutating func newState(_ reports: [ChannelReport]) -> String? {
        let ways = reports.flatMap { [$0.sending, $0.takingIn] }
        if let broken = ways.first(where: { $0.state == .disconnected }) {
            guard state != .disconnected else { return nil }
            state = .disconnected
            return "no broker, trying again until there is one: \(broken.lastError ?? "the connection has ended")"
        }
        guard !ways.isEmpty, ways.allSatisfy({ $0.state == .connected }) else { return nil }
        defer { state = .connected }
        return state == .disconnected ? "the broker is there" : nil
    }
}
