import SkeinCloudEvents
import SkeinMessages
import SkeinTransport
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Messages as records and back (CloudEvents Kafka protocol binding 1.0.2).
extension KafkaRecord {
    /// The header with the process that an answer goes to.
    static let replyToHeader = "skein_reply_to"
    /// The header `true` of a message that may have been sent before.
    static let repeatedHeader = "skein_repeated"

    /// - Throws: ``TransportError`` with code `unencodable` for an envelope that no CloudEvent can hold.
    init(_ message: OutboundMessage, mode: KafkaContentMode) throws(TransportError) {
        do {
            switch mode {
            case .binary:
                let (headers, body) = try CloudEvent.binary(message.envelope, .kafka)
                self.init(
                    key: message.envelope.subject, headers: headers.map { Header($0.name, $0.value) }, value: body)
            case .structured:
                let event = try CloudEvent(message.envelope)
                self.init(
                    key: message.envelope.subject,
                    headers: [Header(CloudEvent.contentTypeHeader, CloudEvent.jsonContentType)],
                    value: try event.json())
            }
        } catch {
            throw TransportError(
                .unencodable, "the message \(message.envelope.id.rawValue) cannot be written for Kafka: \(error)",
                cause: error)
        }
        if let replyTo = message.replyTo { headers.append(Header(Self.replyToHeader, replyTo)) }
        if message.isRepeated { headers.append(Header(Self.repeatedHeader, "true")) }
    }

    var replyTo: String? { first(Self.replyToHeader) }

    var isRepeated: Bool { first(Self.repeatedHeader) == "true" }

    /// The message, or what is wrong with it.
    ///
    /// - Parameter receivedAt: the time of an event that has none.
    func content(receivedAt: Timestamp) -> InboundMessage.Content {
        do {
            switch try CloudEvent.Mode(contentType: first(CloudEvent.contentTypeHeader)) {
            case .structured: return .envelope(try Envelope(CloudEvent(json: value), receivedAt: receivedAt))
            case .binary:
                let headers = headers.map { CloudEvent.Header($0.name, $0.value) }
                return .envelope(
                    try Envelope(headers: headers, body: value, style: .kafka, receivedAt: receivedAt))
            case .batch: return unreadable("the binding of CloudEvents to Kafka has no batches; send each by itself")
            }
        } catch {
            return unreadable("\(error)")
        }
    }

    private func unreadable(_ reason: String) -> InboundMessage.Content {
        let names = headers.map { ($0.name, $0.value) }
        return .unreadable(
            UnreadableMessage(
                key: key, headers: Dictionary(names, uniquingKeysWith: { first, _ in first }), body: value,
                reason: reason))
    }

    private func first(_ name: String) -> String? {
        let candidates = headers.lazy.filter { $0.name.utf8.count == name.utf8.count }
        return candidates.first { $0.name == name || $0.name.lowercased() == name }?.value
    }
}
