import Foundation
import SkeinMessages
import SkeinTransport

/// A message for tests in which no broker gets it.
enum StompSample {
    static var message: OutboundMessage {
        let metadata = Envelope.Metadata(
            id: MessageID("1"), kind: .event, name: "payment.received", version: SchemaVersion(1, 0, 0),
            source: "payment",
            subject: "k")
        let envelope = Envelope(
            time: Timestamp(microseconds: 0), metadata: metadata,
            context: Envelope.Context(correlationID: MessageID("1")),
            payload: Payload(bytes: Data("{}".utf8)))
        return OutboundMessage(envelope, to: .events(of: "payment"))
    }
}
