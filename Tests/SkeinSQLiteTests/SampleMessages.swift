import Foundation
import SkeinCore

/// A plain message with a given id.
func envelope(_ id: String, subject: String = "4711") -> Envelope {
    Envelope(
        time: Timestamp(microseconds: 1_000_000),
        metadata: .init(
            id: MessageID(id), kind: .event, name: "order.placed", version: SchemaVersion(1, 0, 0), source: "order",
            subject: subject),
        context: .init(correlationID: MessageID(id)),
        payload: Payload(bytes: Data("{}".utf8)))
}
