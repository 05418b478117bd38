#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One STOMP 1.2 session of a client, without input, output or clock: events go in, actions come out.
///
/// Times are durations since any fixed moment. What the client asks for are methods that return the frame to write,
/// with the number of its receipt where there is one; they throw when the session is not established.
struct StompSession: Sendable {
    /// What CONNECT says.
    struct Settings: Sendable {
        var virtualHost = "/"
        var user: String?
        var password: String?
        /// How often each side is to send something; zero for no heart-beats.
        var heartBeat = Duration.seconds(10)
        /// How long the server may take to accept.
        var connectTimeout = Duration.seconds(10)
    }

    /// A frame to write, and the number of the receipt that answers it.
    struct Issued: Hashable, Sendable {
        var frame: StompFrame
        var receipt: UInt64?
    }

    private enum State {
        case idle
        case connecting(since: Duration)
        case established(Link)
        /// DISCONNECT is written; its receipt ends the session.
        case disconnecting(Link, receipt: UInt64)
        case ended(StompFailure)
    }

    private struct Link {
        let server: StompServer
        var subscriptions: Set<String> = []
        var transactions: Set<String> = []
    }

    private let settings: Settings
    private var state = State.idle
    private var lastReceipt: UInt64 = 0
    private var lastTransaction: UInt64 = 0
    private var lastSent = Duration.zero
    private var lastReceived = Duration.zero

    init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Why the session is over; `nil` before its end.
    var failure: StompFailure? { if case .ended(let failure) = state { failure } else { nil } }

    /// The server, once it has accepted.
    var server: StompServer? { link?.server }

    private var link: Link? {
        switch state {
        case .established(let link), .disconnecting(let link, _): link
        case .idle, .connecting, .ended: nil
        }
    }
}

/// What happens to the session.
extension StompSession {
    /// The connection is there.
    mutating func opened(at now: Duration) -> [StompAction] {
        guard case .idle = state else { return [] }
        state = .connecting(since: now)
        (lastSent, lastReceived) = (now, now)
        let milliseconds = settings.heartBeat / .milliseconds(1)
        let beat = String(Int64(max(0, min(milliseconds, 86_400_000))))
        var headers = [
            StompFrame.Header("accept-version", "1.2"), StompFrame.Header("host", settings.virtualHost),
            StompFrame.Header("heart-beat", beat + "," + beat),
        ]
        if let user = settings.user { headers.append(StompFrame.Header("login", user)) }
        if let password = settings.password { headers.append(StompFrame.Header("passcode", password)) }
        return [.write(StompFrame(.connect, headers))]
    }

    /// Bytes have come, whatever they are: a sign of life.
    mutating func receivedBytes(at now: Duration) { lastReceived = now }

    /// Something has been written: no heart-beat is needed for a while.
    mutating func wrote(at now: Duration) { lastSent = now }

    /// A frame has come.
    mutating func received(_ frame: StompFrame) -> [StompAction] {
        switch state {
        case .idle, .ended: return []
        case .connecting: return connecting(frame)
        case .established(let link): return established(frame, link)
        case .disconnecting(let link, let receipt):
            if frame.command == .receipt, frame["receipt-id"] == Self.name(receipt) {
                return [.confirm(receipt)] + end(StompFailure(.closed, "closed"))
            }
            return established(frame, link)
        }
    }

    /// Bytes have come that are no frame, or more of them than is read.
    mutating func received(_ error: StompSyntaxError) -> [StompAction] {
        end(StompFailure(error.isExcess ? .excess : .violation, "\(error)"))
    }

    /// The connection has ended, or can no longer be used.
    mutating func lost(_ failure: StompFailure) -> [StompAction] { end(failure) }

    /// Time has passed.
    ///
    /// - Parameter isReading: `false` while the driver reads nothing, so that silence says nothing about the server.
    mutating func tick(at now: Duration, isReading: Bool) -> [StompAction] {
        if !isReading { lastReceived = now }
        switch state {
        case .idle, .ended: return []
        case .connecting(let since):
            guard now - since >= settings.connectTimeout else { return [] }
            return end(.silent(for: settings.connectTimeout))
        case .established(let link), .disconnecting(let link, _):
            if let limit = link.server.silenceLimit, now - lastReceived > limit {
                return end(StompFailure(.silence, "the server has sent nothing for \(limit), no heart-beats either"))
            }
            // Half of what is promised, because the tick may come late.
            guard let interval = link.server.beatEvery, now - lastSent >= interval / 2 else { return [] }
            lastSent = now
            return [.writeHeartBeat]
        }
    }

    private mutating func connecting(_ frame: StompFrame) -> [StompAction] {
        switch frame.command {
        case .connected:
            let version = frame["version"] ?? "1.0"
            guard version == "1.2" else {
                return end(StompFailure(.violation, "it speaks STOMP \(version); version 1.2 is needed"))
            }
            let server = StompServer(frame, sending: settings.heartBeat, receiving: settings.heartBeat)
            state = .established(Link(server: server))
            return [.establish(server)]
        case .error: return end(StompFailure(.refused, Self.text(frame)))
        default: return end(unexpected(frame))
        }
    }

    private mutating func established(_ frame: StompFrame, _ link: Link) -> [StompAction] {
        switch frame.command {
        case .message:
            guard let subscription = frame["subscription"] else {
                return end(StompFailure(.violation, "a MESSAGE names no subscription"))
            }
            // A message may be on its way while its subscription ends.
            return link.subscriptions.contains(subscription) ? [.deliver(frame)] : []
        case .receipt:
            guard let receipt = Self.number(frame["receipt-id"]) else {
                return end(StompFailure(.violation, "a RECEIPT names no receipt of this session"))
            }
            return [.confirm(receipt)]
        case .error:
            return end(StompFailure(.server(receipt: Self.number(frame["receipt-id"])), Self.text(frame)))
        default: return end(unexpected(frame))
        }
    }

    private mutating func end(_ failure: StompFailure) -> [StompAction] {
        if case .ended = state { return [] }
        state = .ended(failure)
        return [.end(failure)]
    }

    private func unexpected(_ frame: StompFrame) -> StompFailure {
        StompFailure(.violation, "it has sent \(frame.command.rawValue), which nobody expects at this point")
    }

    /// The words of an ERROR frame, without the stack of the server.
    private static func text(_ frame: StompFrame) -> String {
        let body = String(decoding: frame.body.prefix(1000), as: UTF8.self)
        let first = body.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard let message = frame["message"], !message.isEmpty else { return first.isEmpty ? "no reason given" : first }
        return first.isEmpty || message.contains(first) || first.contains(message)
            ? (first.count > message.count ? first : message) : "\(message): \(first)"
    }

    static func name(_ receipt: UInt64) -> String { "r" + String(receipt) }

    private static func number(_ name: String?) -> UInt64? {
        guard let name, name.first == "r" else { return nil }
        return UInt64(name.dropFirst())
    }
}

/// What the client asks for.
extension StompSession {
    /// SEND; within a transaction it is done when that is committed.
    mutating func send(
        to destination: String, _ headers: [StompFrame.Header], body: Data, isCounted: Bool = true,
        transaction: String? = nil, receipt: Bool
    ) throws(StompFailure) -> Issued {
        var frame = StompFrame(.send, body: body, isCounted: isCounted)
        frame.headers.reserveCapacity(headers.count + 3)
        frame.headers.append(StompFrame.Header("destination", destination))
        if let transaction { frame.headers.append(StompFrame.Header("transaction", transaction)) }
        frame.headers += headers
        return try issue(frame, receipt: receipt)
    }

    /// SUBSCRIBE, each message to be acknowledged by itself.
    mutating func subscribe(
        _ id: String, to destination: String, _ headers: [StompFrame.Header] = [], receipt: Bool
    ) throws(StompFailure) -> Issued {
        try change { link in link.subscriptions.insert(id) }
        let own = [
            StompFrame.Header("id", id), StompFrame.Header("destination", destination),
            StompFrame.Header("ack", "client-individual"),
        ]
        return try issue(StompFrame(.subscribe, own + headers), receipt: receipt)
    }

    /// UNSUBSCRIBE; messages that are on their way are dropped.
    mutating func unsubscribe(_ id: String, receipt: Bool) throws(StompFailure) -> Issued {
        try change { link in link.subscriptions.remove(id) }
        return try issue(StompFrame(.unsubscribe, [StompFrame.Header("id", id)]), receipt: receipt)
    }

    /// ACK of one message, by its header `ack`.
    mutating func acknowledge(
        _ id: String, transaction: String? = nil, receipt: Bool = false
    ) throws(StompFailure) -> Issued {
        try issue(Self.answer(.ack, id, transaction), receipt: receipt)
    }

    /// NACK of one message, by its header `ack`.
    mutating func reject(
        _ id: String, _ headers: [StompFrame.Header] = [], receipt: Bool = false
    ) throws(StompFailure) -> Issued {
        var frame = Self.answer(.nack, id, nil)
        frame.headers += headers
        return try issue(frame, receipt: receipt)
    }

    /// BEGIN of a transaction with a new name.
    mutating func begin() throws(StompFailure) -> (transaction: String, issued: Issued) {
        lastTransaction += 1
        let name = "t" + String(lastTransaction)
        try change { link in link.transactions.insert(name) }
        return (name, try issue(StompFrame(.begin, [StompFrame.Header("transaction", name)]), receipt: false))
    }

    /// COMMIT; its receipt says that all of the transaction is done.
    mutating func commit(_ transaction: String, receipt: Bool = true) throws(StompFailure) -> Issued {
        try finish(.commit, transaction, receipt)
    }

    /// ABORT.
    mutating func abort(_ transaction: String, receipt: Bool = false) throws(StompFailure) -> Issued {
        try finish(.abort, transaction, receipt)
    }

    /// DISCONNECT with a receipt, which says that the server has all that was written before.
    mutating func disconnect() throws(StompFailure) -> Issued {
        let issued = try issue(StompFrame(.disconnect), receipt: true)
        if let receipt = issued.receipt, case .established(let link) = state {
            state = .disconnecting(link, receipt: receipt)
        }
        return issued
    }

    private mutating func finish(
        _ command: StompCommand, _ transaction: String, _ receipt: Bool
    ) throws(StompFailure) -> Issued {
        try change { link in link.transactions.remove(transaction) }
        return try issue(StompFrame(command, [StompFrame.Header("transaction", transaction)]), receipt: receipt)
    }

    private static func answer(_ command: StompCommand, _ id: String, _ transaction: String?) -> StompFrame {
        let id = StompFrame.Header("id", id)
        return StompFrame(command, transaction.map { [id, StompFrame.Header("transaction", $0)] } ?? [id])
    }

    private mutating func change(_ body: (inout Link) -> Void) throws(StompFailure) {
        guard case .established(var link) = state else { throw notEstablished }
        // The state gives up its reference, so that changing a set copies nothing.
        state = .idle
        body(&link)
        state = .established(link)
    }

    private mutating func issue(_ frame: StompFrame, receipt: Bool) throws(StompFailure) -> Issued {
        guard case .established = state else { throw notEstablished }
        guard receipt else { return Issued(frame: frame) }
        lastReceipt += 1
        var frame = frame
        frame.headers.append(StompFrame.Header("receipt", Self.name(lastReceipt)))
        return Issued(frame: frame, receipt: lastReceipt)
    }

    private var notEstablished: StompFailure {
        switch state {
        case .ended(let failure): failure
        case .disconnecting: StompFailure(.closed, "the session is being closed")
        case .idle, .connecting, .established: StompFailure(.closed, "the session is not established")
        }
    }
}
