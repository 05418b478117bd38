import SkeinTesting
import SkeinTransport
import Testing

@Suite("The transport in memory")
struct MemoryTransportTests {
    /// What a broker that can do everything is not asked for.
    private static let needless: [String: String] = [
        "15: a connection for what the features do not name is refused":
            "the features name all that a connection can ask for",
        "15: handing back is refused where it is not offered": "the features have 'negativeAcknowledgement'",
    ]

    private static func expected(
        _ check: TransportConformance.Check, among abilities: Set<TransportAbility>
    ) -> TransportConformance.Outcome {
        let lacking = check.needs.subtracting(abilities).map { "'\($0.rawValue)'" }.sorted()
        guard lacking.isEmpty else {
            return .leftOut(reason: "the features lack " + lacking.joined(separator: " and "))
        }
        let asked: Set<TransportAbility> = [
            .transactions, .sharedReaders, .positions, .replayFromBeginning, .replayFromTime, .direct, .requestReply,
        ]
        guard let reason = needless[check.description] else { return .checked }
        let offered: Set<TransportAbility> = reason.contains("all that") ? asked : [.negativeAcknowledgement]
        return offered.isSubset(of: abilities) ? .leftOut(reason: reason) : .checked
    }

    @Test("keeps the contract of transports", arguments: TransportConformance.checks)
    func contract(check: TransportConformance.Check) async throws {
        let outcome = Self.needless[check.description].map { TransportConformance.Outcome.leftOut(reason: $0) }
        #expect(try await check.run(on: .memory()) == outcome ?? .checked)
    }

    @Test("keeps the contract for what is left of its abilities", arguments: TransportConformance.checks)
    func fewerAbilities(check: TransportConformance.Check) async throws {
        for ability in TransportAbility.allCases {
            let broker = MemoryBroker()
            var features = MemoryBroker.features
            features.abilities.remove(ability)
            features.maximumMessageSize = 2_000_000
            var adapter = TransportConformance.memory(broker)
            adapter.make = { [features] in broker.transport(features: features) }
            #expect(try await check.run(on: adapter) == Self.expected(check, among: features.abilities), "\(ability)")
        }
    }

    @Test("keeps the contract without any ability", arguments: TransportConformance.checks)
    func noAbility(check: TransportConformance.Check) async throws {
        let broker = MemoryBroker()
        var adapter = TransportConformance.memory(broker)
        adapter.make = { broker.transport(features: TransportFeatures([], maximumMessageSize: 2_000_000)) }
        #expect(try await check.run(on: adapter) == Self.expected(check, among: []))
    }

    @Test("a check for which an adapter has no means is left out, and says what it would need")
    func means() async throws {
        let broker = MemoryBroker()
        var adapter = TransportConformance.memory(broker)
        adapter.make = { broker.transport() }
        (adapter.restartBroker, adapter.withoutBroker, adapter.sendUnreadable) = (nil, nil, nil)
        adapter.broken = { [] }
        var leftOut: [String: String] = [:]
        for check in TransportConformance.checks {
            guard case .leftOut(let reason) = try await check.run(on: adapter) else { continue }
            leftOut[check.description] = reason
        }
        let size = "the features name no 'maximumMessageSize' below 64 MiB"
        let expected = [
            "1: outcomes have the order of the batch": size,
            "2: behind a message that is not acknowledged, none of its key is": size,
            "3: what is acknowledged survives the death of the broker": "the adapter has no 'restartBroker'",
            "5: a message that is too large is refused, and the others go on": size,
            "6: without the broker a send fails, and so does a new connection": "the adapter has no 'withoutBroker'",
            "6: a sender without work tells of its loss, or sends when the broker is back":
                "the adapter has no 'withoutBroker'",
            "7: a transaction with a refused message does not take place": size,
            "8: what is not acknowledged survives the death of the broker": "the adapter has no 'restartBroker'",
            "11: what cannot be read comes too, and what lies behind it": "the adapter has no 'sendUnreadable'",
            "16: what cannot connect says where and why, and keeps the password to itself":
                "the adapter names no 'broken' transports",
        ]
        #expect(leftOut == expected.merging(Self.needless) { $1 })
    }

    @Test("the checks cite each point of the contract, and have different names")
    func points() {
        #expect(Set(TransportConformance.checks.map(\.point)) == Set(1...16))
        let names = TransportConformance.checks.map(\.description)
        #expect(Set(names).count == names.count)
    }
}
