import SkeinStorage
import Skein

/// Tells people when a process, or one of several, has no broker or is not let in, when that is over, which messages
/// the broker refuses, and what contradicts the configuration of a channel; each once.
struct ConnectionNotice {
    private enum State { case unknown, connected, absent, refusing }

    /// Why a connection is broken, told by the way out that the transports give: a report keeps no more than the text.
    private enum Cause {
        case broker, login, right

        init(_ error: String) {
            func says(_ ways: String...) -> Bool { ways.contains { error.contains($0) } }
            self =
                if says("check user, password and") {
                    .login
                } else if says("give the user the right", "grant the right to this user") {
                    .right
                } else {
                    .broker
                }
        }
    }

    /// The file or the folder whose incidents name refused messages.
    let store: String
    private var state = State.unknown
    private var problems: Set<String> = []
    private var refusals: Set<String> = []

    init(store: String) { self.store = store }

    /// Takes in how channels stand.
    ///
    /// - Returns: what is new; `nil` for nothing.
    mutating func note(_ reports: [ChannelReport]) -> String? {
        if let news = newRefusal(reports) ?? newState(reports) { return news }
        return reports.compactMap(\.problem).first { problems.insert($0).inserted }
    }

    /// A broker that refuses a message closes the connection, which is opened again at once: that is no broken one.
    private mutating func newRefusal(_ reports: [ChannelReport]) -> String? {
        let errors = reports.filter { Self.isRefusal($0.sending) }.compactMap(\.sending.lastError)
        return errors.first { refusals.insert($0).inserted }.map {
            "the broker refuses a message, and those of its key wait: \($0); see: "
                + "skein incidents --store \(store.shellWord)"
        }
    }

    private static func isRefusal(_ sending: ChannelReport.Connection) -> Bool {
        guard sending.state == .disconnected, let error = sending.lastError else { return false }
        return Cause(error) == .right
    }

    private mutating func newState(_ reports: [ChannelReport]) -> String? {
        let ways = reports.flatMap { (Self.isRefusal($0.sending) ? [] : [$0.sending]) + [$0.takingIn] }
        let errors = ways.filter { $0.state == .disconnected }.map { $0.lastError ?? "the connection has ended" }
        if let error = errors.first(where: { Cause($0) != .broker }) {
            guard state != .refusing else { return nil }
            state = .refusing
            return "the broker does not let the process in, trying again until it does: \(error)"
        }
        if let error = errors.first {
            guard state != .absent else { return nil }
            state = .absent
            return "no broker, trying again until there is one: \(error)"
        }
        guard !ways.isEmpty, ways.allSatisfy({ $0.state == .connected }) else { return nil }
        defer { state = .connected }
        return state == .absent || state == .refusing ? "the broker is there" : nil
    }
}
