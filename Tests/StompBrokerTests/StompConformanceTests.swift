#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinMessages
import SkeinTesting
import SkeinTransport
import Testing

/// The contract of `Transport` as every adapter has to keep it.
@Suite("The conformance of the transport over STOMP", .fewAtATime)
struct StompConformanceTests {
    /// Those that stop the broker need one of their own.
    private static func stopsBroker(_ check: TransportConformance.Check) -> Bool {
        check.point == 6 || check.name.hasSuffix("the death of the broker")
    }

    @Test(
        "keeps the contract", arguments: BrokerProcess.Kind.allCases,
        TransportConformance.checks.filter { !stopsBroker($0) })
    func contract(kind: BrokerProcess.Kind, check: TransportConformance.Check) async throws {
        let outcome = try await check.run(on: Self.adapter(try await SharedBrokers.broker(kind)))
        #expect(outcome == Self.expected(check, of: kind))
    }

    /// What the features say that STOMP, or a broker by it, cannot do, and what makes a check needless.
    private static func expected(
        _ check: TransportConformance.Check, of kind: BrokerProcess.Kind
    ) -> TransportConformance.Outcome {
        var lacking: Set<TransportAbility> = [.transactions, .positions, .replayFromBeginning, .replayFromTime]
        if kind == .rabbitMQ { lacking.insert(.sharedReaders) }
        let missing = check.needs.intersection(lacking).map { "'\($0.rawValue)'" }.sorted()
        guard missing.isEmpty else {
            return .leftOut(reason: "the features lack " + missing.joined(separator: " and "))
        }
        guard check.description == "15: handing back is refused where it is not offered" else { return .checked }
        return .leftOut(reason: "the features have 'negativeAcknowledgement'")
    }

    @Test("keeps the contract while the broker dies and comes back", arguments: BrokerProcess.Kind.allCases)
    func death(kind: BrokerProcess.Kind) async throws {
        let broker = try await BrokerProcess(kind)
        var adapter = Self.adapter(broker)
        adapter.restartBroker = {
            try await broker.kill()
            try await broker.start()
        }
        adapter.withoutBroker = { body in
            try await broker.kill()
            try await body()
            try await broker.start()
        }
        for check in TransportConformance.checks where Self.stopsBroker(check) {
            do {
                #expect(try await check.run(on: adapter) == .checked, "\(check)")
            } catch { Issue.record(error, "\(check)") }
        }
        try await broker.kill()
    }

    private static func adapter(_ broker: BrokerProcess) -> TransportConformance {
        let scene = Scene(broker)
        return TransportConformance(
            make: { scene.transport { configure(&$0, for: broker) } },
            sendUnreadable: { destination, _, body in
                let rule = broker.kind == .activeMQ ? StompDestinations.activeMQ : .rabbitMQ
                let text = String(decoding: body, as: UTF8.self)
                try PlainStomp(port: broker.ports.stomp).exchange(
                    "SEND\ndestination:\(rule.target(destination, "odd"))\ncontent-length:\(body.count)\n"
                        + "receipt:1\n\n\(text)\0",
                    until: "RECEIPT")
            },
            broken: { try await broken(broker) }, patience: .patience)
    }

    /// The features of RabbitMQ are known before the first connection only where the configuration names it.
    private static func configure(_ configuration: inout StompConfiguration, for broker: BrokerProcess) {
        configuration.broker = broker.kind == .activeMQ ? .activeMQ : .rabbitMQ
        configuration.maximumMessageSize = 500_000
    }

    private static func broken(
        _ broker: BrokerProcess
    ) async throws -> [(transport: any Transport, code: TransportError.Code)] {
        let login = "skein:\(TransportConformance.password)"
        let closed = try FreePorts.take(1)[0]
        return [
            (.activeMQ("stomp://\(login)@localhost:\(broker.ports.stomp)"), .unauthenticated),
            (.activeMQ("stomp://\(login)@localhost:\(closed)"), .disconnected),
        ]
    }
}
#endif
