import Foundation
import SkeinActiveMQ
import SkeinCore
import SkeinTransport

/// A dead letter as the command shows it.
struct DeadLetter: Encodable {
    var id: String
    var origin: String?
    var reason: String?
    var messageID: MessageID?
    var name: String?
    var kind: MessageKind?
    var subject: String?
    var correlationID: MessageID?
    var time: Timestamp?
    /// Why it cannot be read.
    var unreadable: String?
    /// The bytes of its payload or body; `nil` where the body was not read.
    var size: Int?
    /// The headers of one that cannot be read, as they came.
    var headers: [String: String]?
    /// How the body of one that cannot be read begins.
    var bodyStart: String?

    init(_ letter: StompDeadLetter) {
        (id, origin, reason) = (letter.id, letter.origin, letter.reason)
        switch letter.content {
        case .envelope(let envelope):
            (messageID, name, kind) = (envelope.id, envelope.name.rawValue, envelope.kind)
            (subject, correlationID, time) = (envelope.subject, envelope.correlationID, envelope.time)
            size = envelope.payload.bytes.count
        case .unreadable(let message):
            (subject, unreadable, headers) = (message.key, message.reason, message.headers)
            // In milliseconds, from the broker or the client that sent it.
            time = message.headers["timestamp"].flatMap(Int64.init).flatMap { milliseconds in
                let (microseconds, isOverflow) = milliseconds.multipliedReportingOverflow(by: 1000)
                return isOverflow ? nil : Timestamp(microseconds: microseconds)
            }
            guard !message.body.isEmpty else { return }
            size = message.body.count
            let start = String(decoding: message.body.prefix(Self.shownBytes), as: UTF8.self)
            bodyStart = message.body.count > Self.shownBytes ? start + "…" : start
        }
    }

    /// Enough of a body to tell by it who has sent it.
    private static let shownBytes = 200

    /// What a person can judge one by that cannot be read.
    var shownContent: [String] {
        guard unreadable != nil else { return [] }
        let names = (headers ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let body = bodyStart.map { "\(size ?? 0) \(size == 1 ? "byte" : "bytes"): \($0)" }
        return [body, names.isEmpty ? nil : "headers  " + names.joined(separator: ", ")].compactMap(\.self)
    }
}
