import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Messages and rows for the checks: bare ones, and ones with everything set.
enum Samples {
    static func envelope(_ id: String, subject: String = "4711") -> Envelope {
        Envelope(
            time: Timestamp(microseconds: 1_767_225_600_000_000),
            metadata: .init(
                id: MessageID(id), kind: .event, name: "order.placed", version: SchemaVersion(1, 0, 0),
                source: "order", subject: subject),
            context: .init(correlationID: MessageID(id)),
            payload: Payload(bytes: Data("{}".utf8)))
    }

    static func outgoing(_ ids: String...) -> [Outgoing] { ids.map { Outgoing(envelope($0)) } }

    /// Envelopes that differ from a plain one in everything that an envelope can hold.
    static func envelopes() throws -> [Envelope] {
        var result = MessageKind.allCases.map { kind in
            var envelope = envelope("kind-\(kind)")
            envelope.metadata.kind = kind
            return envelope
        }
        var full = envelope("full-日本語-e\u{301}", subject: "a\u{0}b \u{1F426} é")
        full.time = Timestamp(microseconds: -1)
        full.metadata.audience = "of-my-own"
        full.metadata.version = SchemaVersion(65_535, 0, 12)
        full.context.causationID = MessageID("cause")
        full.context.correlationID = MessageID("")
        full.context.trace = try TraceContext(
            parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0a", state: "vendor=a\"b,other=1")
        full.context.user = "Kermit"
        full.context.recipient = "payment"
        full.context.assets = [
            .url("https://example.org/?a=1&b=\"2\"", type: "image"), .resource(id: "7", type: "order"),
        ]
        full.context.extensions = [
            "yes": .boolean(true), "no": .boolean(false), "one": .integer(1), "least": .integer(.min),
            "text": .string("true"), "number": .string("1"), "empty": .string(""),
        ]
        full.payload = Payload(contentType: "application/octet-stream", bytes: Data((0...255).map { UInt8($0) }))
        result.append(full)
        var empty = envelope("empty", subject: "")
        empty.context.user = ""
        empty.context.recipient = ""
        empty.metadata.source = ""
        empty.payload = Payload(contentType: "", bytes: Data())
        result.append(empty)
        var large = envelope("large")
        large.metadata.subject = String(repeating: "s", count: 70_000)
        large.payload.bytes = Data(repeating: 7, count: 1_048_576)
        result.append(large)
        return result
    }

    /// Origins that differ from one another in one thing each, some only in how a name is spelt.
    static let origins = [
        ChannelOrigin(channel: "main", topic: "order.events"),
        ChannelOrigin(channel: "main", topic: "order.events", partition: 7),
        ChannelOrigin(channel: "main", topic: "order.events", offset: 0),
        ChannelOrigin(channel: "main", topic: "order.events", partition: 7, offset: .max, messageID: ""),
        ChannelOrigin(channel: "main", topic: "order.events", messageID: "ID:a/b-1%2F"),
        ChannelOrigin(channel: "ma/in", topic: "%/\u{0}/\u{301} é", messageID: "7"),
    ]

    static func instance(
        _ id: InstanceID, component: String = "payment", key: String? = nil, status: InstanceStatus = .running
    ) -> InstanceRow {
        InstanceRow(
            id: id, component: component, process: "payment", key: key ?? "key-\(id)", version: 1, notation: .code,
            status: status, shard: 7, seed: Seed(high: .max, low: 1), correlationID: MessageID("c"),
            startedAt: Timestamp(microseconds: id.rawValue))
    }

    static func fullInstance(_ id: InstanceID) -> InstanceRow {
        InstanceRow(
            id: id, component: "payment", process: "refund", key: "é\u{0}", version: 12, notation: .entity,
            status: .completed, shard: 1023, seed: Seed(high: 1 << 63, low: .max), state: Data([0]), stateSeq: 9,
            result: Data(), attributes: Data("{}".utf8), correlationID: MessageID("c"), trace: "t", user: "",
            startedAt: .epoch, endedAt: Timestamp(microseconds: .max))
    }

    static func journal(_ instance: InstanceID, _ seq: Int64) -> JournalRow {
        JournalRow(
            instance: instance, seq: seq, kind: "message", body: Data("\(seq)".utf8), at: Timestamp(microseconds: seq))
    }

    static func wait(
        _ instance: InstanceID, _ seq: Int64 = 1, component: String = "payment", type: MessageName = "card.charged",
        key: String = "4711", after: Int64 = 0
    ) -> WaitRow {
        WaitRow(
            component: component, type: type, version: "1.2.3", key: key, instance: instance, seq: seq,
            process: "payment", after: after, since: .epoch)
    }

    static func timer(_ due: Int64, _ instance: InstanceID, _ seq: Int64 = 1, component: String = "payment") -> TimerRow
    {
        TimerRow(
            due: Timestamp(microseconds: due), instance: instance, seq: seq, component: component, purpose: "sleep")
    }

    static func activity(
        _ instance: InstanceID, _ seq: Int64 = 1, component: String = "payment", nextAt: Int64? = 5
    ) -> ActivityRow {
        ActivityRow(
            instance: instance, seq: seq, component: component, name: "charge", idempotencyKey: "k\(instance)",
            nextAt: nextAt.map(Timestamp.init(microseconds:)), scheduledAt: .epoch)
    }

    static func fullActivity(_ instance: InstanceID) -> ActivityRow {
        ActivityRow(
            instance: instance, seq: .max, component: "payment", name: "", idempotencyKey: "k", attempt: 3, nextAt: nil,
            scheduledAt: .epoch, lastError: "declined", policy: Data("{}".utf8), epoch: 8,
            failingSince: Timestamp(microseconds: 6), incident: .max, system: "bank")
    }

    static func mailbox(_ seq: Int64, _ instance: InstanceID, component: String = "payment") -> MailboxRow {
        MailboxRow(seq: seq, instance: instance, component: component, input: Data("\(seq)".utf8))
    }

    static func incident(_ id: IncidentID, resolved: Bool = false) -> IncidentRow {
        var row = IncidentRow(
            id: id, component: "payment", kind: "activity", cause: "retriesExhausted", error: "declined", at: .epoch)
        if resolved {
            (row.instance, row.seq, row.subscription, row.key) = (1, 2, "payment", "4711")
            (row.position, row.resolvedAt, row.resolution) = (3, Timestamp(microseconds: 4), "retried")
            (row.failingSince, row.nextAttempt) = (Timestamp(microseconds: 5), Timestamp(microseconds: 6))
        }
        return row
    }

    static func parked(
        _ key: String, _ position: Int64, subscription: String = "payment", state: ParkedRow.State = .retrying
    ) -> ParkedRow {
        ParkedRow(subscription: subscription, key: key, position: position, state: state, at: .epoch)
    }

    static func buffered(
        _ position: Int64, component: String = "payment", process: String = "payment", key: String = "4711",
        expires: Int64 = 100
    ) -> BufferedRow {
        BufferedRow(
            component: component, process: process, type: "card.charged", key: key, position: position,
            expires: Timestamp(microseconds: expires))
    }
}
