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
            let event = try CloudEvent(message.envelope)
            switch mode {
            case .binary:
                self.init(
                    key: message.envelope.subject,
                    headers: try event.binary(.kafka).map { Header($0.name, $0.value) }, value: event.data)
            case .structured:
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
            let event: CloudEvent
            switch try CloudEvent.Mode(contentType: first(CloudEvent.contentTypeHeader)) {
            case .structured: event = try CloudEvent(json: value)
            case .binary:
                let headers = headers.map { CloudEvent.Header($0.name, $0.value) }
                event = try CloudEvent(headers: headers, body: value, style: .kafka)
            case .batch: return unreadable("the binding of CloudEvents to Kafka has no batches; send each by itself")
            }
            return .envelope(try Envelope(event, receivedAt: receivedAt))
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
        headers.first { $0.name.utf8.elementsEqual(name.utf8) || $0.name.lowercased() == name }?.value
    }
}
