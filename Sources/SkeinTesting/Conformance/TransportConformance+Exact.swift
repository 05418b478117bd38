import SkeinCore
import SkeinMessages
import SkeinTransport

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// Points 4 and 11: what comes is what was sent, or what lies there.
extension TransportConformance {
    static let exactChecks: [Check] = [
        Check(4, "an envelope with all its sections is received as it was sent") { probe in
            let sent = [probe.message("plain"), try fullMessage(probe)]
            let source = try await probe.source()
            try await probe.send(sent, by: try await probe.sender())
            try await expectExact(sent, in: source)
        },
        Check(4, "envelopes at the edges of what is allowed are received as they were sent, or refused") { probe in
            let source = try await probe.source()
            let sender = try await probe.sender()
            var sent: [OutboundMessage] = []
            for var envelope in try Samples.envelopes() {
                envelope.metadata.id = MessageID("\(probe.component)-\(envelope.id.rawValue)")
                let message = OutboundMessage(envelope, to: probe.events)
                switch try await probe.outcomes(of: [message], by: sender)[0] {
                case .acknowledged: sent.append(message)
                case .refused(let error) where [.tooLarge, .unencodable].contains(error.code): continue
                case .refused(let error), .failed(let error): throw error
                }
            }
            let last = probe.message("last")
            try await probe.send([last], by: sender)
            try await expectExact(sent + [last], in: source)
        },
        Check(4, "payloads of every byte and many sizes are received as they were sent") { probe in
            let source = try await probe.source()
            let sent = [0, 1, 127, 128, 255, 256, 4095, 4096, 65_535, 65_536, 200_000].map { size in
                var message = probe.message("size-\(size)", key: "\(size)")
                message.envelope.payload = Payload(
                    contentType: "application/octet-stream",
                    bytes: Data((0..<size).map { UInt8(truncatingIfNeeded: $0) }))
                return message
            }
            let limit = probe.transport.features.maximumMessageSize ?? .max
            let admitted = sent.filter { $0.envelope.payload.bytes.count < limit / 2 }
            try await probe.send(admitted, by: try await probe.sender())
            try await expectExact(admitted, in: source)
        },
        Check(4, "the mark of a repetition is received as it was sent") { probe in
            let source = try await probe.source()
            let sent = [probe.message("1"), probe.message("2", isRepeated: true), probe.message("3")]
            try await probe.send(sent, by: try await probe.sender())
            try await expectExact(sent, in: source)
        },
        Check(4, "the process that an answer goes to is received as it was sent", needs: [.requestReply]) { probe in
            let source = try await probe.source()
            let sent = [
                probe.message("1", replyTo: probe.process("asks")), probe.message("2"),
                probe.message("3", replyTo: "é b:c\\d"),
            ]
            try await probe.send(sent, by: try await probe.sender())
            try await expectExact(sent, in: source)
        },
        Check(4, "a message says by which subscription it came") { probe in
            let destinations = destinations(of: probe)
            let request = SourceRequest(
                channel: "conformance", process: probe.component,
                subscriptions: destinations.map { SourceSubscription($0) })
            let source = try await probe.source(request, of: probe.transport)
            let sent = destinations.enumerated().map { probe.message("\($0)", to: $1) }
            try await probe.send(sent, by: try await probe.sender())
            try await expectExact(sent, in: source)
        },
        Check(11, "what cannot be read comes too, and what lies behind it") { probe in
            let sendUnreadable = try LeftOut.unless(probe.adapter.sendUnreadable, "sendUnreadable")
            let body = Data("no message \u{1F426}".utf8)
            let source = try await probe.source()
            let sender = try await probe.sender()
            try await probe.send(["1"], by: sender)
            try await probe.wait(for: "bytes to be sent") { try await sendUnreadable(probe.events, "4711", body) }
            try await probe.send(["2"], by: sender)
            var all = try await source.receive(through: ["1", "2"])
            var unreadable: [UnreadableMessage] = []
            while true {
                for case .unreadable(let message) in all.map(\.content) { unreadable.append(message) }
                guard unreadable.isEmpty else { break }
                all = try await source.receive()
                try await source.acknowledge(all)
            }
            try expectEqual(unreadable[0].body, body, "the bytes of what cannot be read")
            try expect(!unreadable[0].reason.isEmpty, "a reason why it cannot be read")
            try await source.close()
            let next = try await probe.source()
            try await probe.send(["3"], by: sender)
            let rest = try await next.receive(through: ["3"])
            try expect(
                !rest.contains { if case .unreadable = $0.content { true } else { false } },
                "what was acknowledged not to come again, though nobody can read it")
        },
    ]

    /// A message whose envelope has everything that one can have, within what every broker can carry.
    private static func fullMessage(_ probe: TransportProbe) throws -> OutboundMessage {
        var message = probe.message("full", key: "Kunde 4711/ä, \"日本\" \u{1F426}: a=b\\c;%41")
        message.envelope.time = Timestamp(microseconds: 1_767_225_600_123_456)
        message.envelope.metadata.audience = .notification
        message.envelope.metadata.version = SchemaVersion(12, 3, 45)
        message.envelope.context.correlationID = MessageID("correlation")
        message.envelope.context.causationID = MessageID("cause")
        message.envelope.context.trace = try TraceContext(
            parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", state: "vendor=a,other=1")
        message.envelope.context.user = "Kermit é"
        message.envelope.context.recipient = "payment"
        message.envelope.context.assets = [
            .url("https://example.org/?a=1&b=\"2\"", type: "image"), .resource(id: "7", type: "order"),
        ]
        message.envelope.context.extensions = [
            "yes": .boolean(true), "no": .boolean(false), "one": .integer(1), "least": .integer(.min),
            "text": .string("true"), "number": .string("1"),
        ]
        message.envelope.payload = Payload(
            contentType: "application/octet-stream", bytes: Data((0...255).map { UInt8($0) }))
        return message
    }

    private static func destinations(of probe: TransportProbe) -> [Destination] {
        var result = [probe.events, .catalogue]
        if probe.transport.features.has(.direct) { result.append(.commands(to: probe.component)) }
        if probe.transport.features.has(.requestReply) { result.append(.replies(to: probe.component)) }
        return result
    }

    private static func expectExact(_ sent: [OutboundMessage], in source: ProbedSource) async throws {
        let probe = source.probe
        let ids = sent.compactMap { probe.id(of: $0) }
        var first: [String: InboundMessage] = [:]
        for message in try await source.receive(through: ids) {
            if let id = probe.id(of: message), first[id] == nil { first[id] = message }
        }
        for (id, message) in zip(ids, sent) {
            guard let received = first[id], case .envelope(let envelope) = received.content else { continue }
            try expectEqual(envelope.time, message.envelope.time, "the time of '\(id)'")
            try expectEqual(envelope.metadata, message.envelope.metadata, "the metadata of '\(id)'")
            try expectEqual(envelope.context, message.envelope.context, "the context of '\(id)'")
            try expect(envelope.payload == message.envelope.payload, "the payload of '\(id)' as it was sent")
            try expectEqual(received.replyTo, message.replyTo, "where an answer to '\(id)' goes")
            try expectEqual(received.isRepeated, message.isRepeated, "whether '\(id)' is marked as repeated")
            try expectEqual(received.destination, message.destination, "the destination of '\(id)'")
        }
        try expectEqual(first.count, sent.count, "the number of different messages")
    }
}

extension TransportProbe {
    /// The id that a message has in its check.
    fileprivate func id(of message: OutboundMessage) -> String? {
        String(message.envelope.id.rawValue.dropFirst(component.count + 1))
    }
}
