import SkeinStorage
import Skein
import SkeinTransport

/// Tells people when a process, or one of several, has no broker or is not let in, when that is over, which messages
/// the broker refuses, and what contradicts the configuration of a channel; each once.
struct ConnectionNotice {
    private enum State { case unknown, connected, absent, refusing }

    /// Why a connection is broken.
    private enum Cause {
        case broker, login, certificate, right

        init(_ connection: ChannelReport.Connection) {
            switch connection.lastErrorCode.map(TransportError.Code.init(rawValue:)) {
            case .unauthenticated: self = .login
            case .untrusted: self = .certificate
            case .unauthorized: self = .right
            default: self = .broker
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
        sending.state == .disconnected && Cause(sending) == .right
    }

    private static func error(of way: ChannelReport.Connection) -> String {
        way.lastError ?? "the connection has ended"
    }

    private mutating func newState(_ reports: [ChannelReport]) -> String? {
        let ways = reports.flatMap { (Self.isRefusal($0.sending) ? [] : [$0.sending]) + [$0.takingIn] }
        let broken = ways.filter { $0.state == .disconnected }
        if let way = broken.first(where: { Cause($0) != .broker }) {
            guard state != .refusing else { return nil }
            state = .refusing
            return Cause(way) == .certificate
                ? "a certificate is refused, trying again until it is not: \(Self.error(of: way))"
                : "the broker does not let the process in, trying again until it does: \(Self.error(of: way))"
        }
        if let way = broken.first {
            guard state != .absent else { return nil }
            state = .absent
            return "no connection to the broker, trying again until there is one: \(Self.error(of: way))"
        }
        guard !ways.isEmpty, ways.allSatisfy({ $0.state == .connected }) else { return nil }
        defer { state = .connected }
        return state == .absent || state == .refusing ? "the broker is there" : nil
    }
}
