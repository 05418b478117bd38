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

    @Test("the checks cite each point of the contract, and have different names")
    func points() {
        #expect(Set(TransportConformance.checks.map(\.point)) == Set(1...16))
        let names = TransportConformance.checks.map(\.description)
        #expect(Set(names).count == names.count)
    }
}
