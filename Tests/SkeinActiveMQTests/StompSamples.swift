import Foundation
import SkeinMessages
import SkeinTransport

/// Messages for the tests of this adapter.
enum StompSamples {
    static func message(
        _ id: String = "m1", name: MessageName = "payment.received", subject: String = "k1",
        to destination: Destination = .events(of: "payment"), body: Data = Data(#"{"amount":5}"#.utf8)
    ) -> OutboundMessage {
        let metadata = Envelope.Metadata(
            id: MessageID(id), kind: .event, name: name, version: SchemaVersion(1, 0, 0), source: "payment",
            subject: subject)
        let context = Envelope.Context(correlationID: MessageID(id))
        let envelope = Envelope(
            time: Timestamp(microseconds: 1_700_000_000_000_000), metadata: metadata, context: context,
            payload: Payload(bytes: body))
        return OutboundMessage(envelope, to: destination)
    }

    /// A message that uses every section of the envelope.
    static var full: OutboundMessage {
        var message = message("m:1", subject: " Größe: \\ 5 ", body: Data([0, 10, 13, 255]))
        message.envelope.payload.contentType = "application/octet-stream"
        message.envelope.context.causationID = MessageID("cause")
        message.envelope.context.correlationID = MessageID("chain")
        message.envelope.context.user = "anna"
        message.envelope.context.recipient = "order"
        message.envelope.context.assets = [.url("https://example.org/a:b", type: "image/png")]
        message.envelope.context.extensions = ["flag": .boolean(true), "count": .integer(-4), "text": .string("")]
        message.replyTo = "order"
        message.isRepeated = true
        return message
    }
}
