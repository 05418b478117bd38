import SkeinMessages
import SkeinTransport

// Points 15 and 16: what a transport says when it cannot.
extension TransportConformance {
    static let failureChecks: [Check] = [
        Check(15, "a connection for what the features do not name is refused") { probe in
            let features = probe.transport.features
            var refusals = 0
            for acknowledgement in Acknowledgement.allCases where !features.acknowledgements.contains(acknowledgement) {
                refusals += 1
                try await expectUnsupported("the acknowledgement '\(acknowledgement.rawValue)'") {
                    _ = try await probe.sender(acknowledgement)
                }
            }
            func expectRefusal(without ability: TransportAbility, _ open: () async throws -> Void) async throws {
                guard !features.has(ability) else { return }
                refusals += 1
                try await expectUnsupported("'\(ability.rawValue)'", open)
            }
            try await expectRefusal(without: .transactions) {
                _ = try await probe.sender(transactionalID: probe.component)
            }
            try await expectRefusal(without: .sharedReaders) {
                _ = try await probe.source(sharing: .group(member: "1"))
            }
            try await expectRefusal(without: .positions) {
                _ = try await probe.source(places: [SourcePlace(topic: probe.component, partition: 0, next: 0)])
            }
            try await expectRefusal(without: .replayFromBeginning) { _ = try await probe.source(from: .beginning) }
            try await expectRefusal(without: .replayFromTime) {
                _ = try await probe.source(from: .time(Timestamp(microseconds: 0)))
            }
            try await expectRefusal(without: .direct) {
                _ = try await probe.source(.commands(to: probe.component))
            }
            try await expectRefusal(without: .requestReply) {
                _ = try await probe.source(.replies(to: probe.process()))
            }
            if refusals == 0 { throw LeftOut("the features name all that a connection can ask for") }
        },
        Check(15, "a message for what the features do not name is refused") { probe in
            let features = probe.transport.features
            let sender = try await probe.sender()
            if !features.has(.direct) {
                try await expectRefused(probe.message("1", to: .commands(to: probe.component)), by: sender, probe)
            }
            if !features.has(.requestReply) {
                try await expectRefused(probe.message("2", replyTo: probe.process()), by: sender, probe)
                try await expectRefused(probe.message("3", to: .replies(to: probe.process())), by: sender, probe)
            }
            try await expectUnsupported("a place without a transactional id") {
                _ = try await probe.outcomes(of: [probe.message("4")], place: "1", by: sender)
            }
        },
        Check(15, "handing back is refused where it is not offered") { probe in
            guard !probe.transport.features.has(.negativeAcknowledgement) else {
                throw LeftOut("the features have 'negativeAcknowledgement'")
            }
            let source = try await probe.source()
            try await probe.send(["1"], by: try await probe.sender())
            let received = try await source.receive(through: ["1"], acknowledging: false)
            try await expectUnsupported("handing back") { try await source.release(received) }
        },
        Check(16, "what cannot connect says where and why, and keeps the password to itself") { probe in
            let broken = try await probe.wait(for: "transports to be made", probe.adapter.broken)
            guard !broken.isEmpty else { throw LeftOut("the adapter names no 'broken' transports") }
            for (transport, code) in broken {
                try expect(
                    !transport.label.contains(password), "a label without a password, not '\(transport.label)'")
                let sending = try await expectTransportError(code, from: "opening a sender of \(transport.label)") {
                    _ = try await probe.sender(SenderRequest(channel: "c", process: "p"), of: transport)
                }
                try expectClear(sending, of: transport)
                let request = SourceRequest(
                    channel: "c", process: probe.process(), subscriptions: [SourceSubscription(probe.events)])
                let receiving = try await expectTransportError(code, from: "opening a source of \(transport.label)") {
                    _ = try await probe.source(request, of: transport)
                }
                try expectClear(receiving, of: transport)
            }
        },
    ]

    private static func expectUnsupported(_ what: String, _ body: () async throws -> Void) async throws {
        let error = try await expectTransportError(.unsupported, from: what, body)
        try expect(!error.message.isEmpty, "an error for \(what) that says what to do")
    }

    private static func expectRefused(
        _ message: OutboundMessage, by sender: any TransportSender, _ probe: TransportProbe
    ) async throws {
        try await expectUnsupported("a message to \(message.destination)") {
            guard case .refused(let error) = try await probe.outcomes(of: [message], by: sender)[0] else { return }
            throw error
        }
    }

    private static func expectClear(_ error: TransportError, of transport: any Transport) throws {
        let address = transport.label.split(separator: "://").last ?? ""
        let names = address.split(separator: ",").map { $0.prefix { $0 != "/" } }
        try expect(
            names.contains { error.message.contains($0) },
            "an error that names the address \(address), not '\(error.message)'")
        let texts = [error.message, error.cause.map { "\($0)" } ?? ""]
        try expect(!texts.contains { $0.contains(password) }, "an error without a password")
    }
}
