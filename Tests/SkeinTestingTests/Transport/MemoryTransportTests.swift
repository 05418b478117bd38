import SkeinTesting
import SkeinTransport
import Testing

@Suite("The transport in memory")
struct MemoryTransportTests {
    @Test("keeps the contract of transports", arguments: TransportConformance.checks)
    func contract(check: TransportConformance.Check) async throws {
        try await check.run(on: .memory())
    }

    @Test("keeps the contract for what is left of its abilities", arguments: TransportConformance.checks)
    func fewerAbilities(check: TransportConformance.Check) async throws {
        for ability in TransportAbility.allCases {
            let broker = MemoryBroker()
            var adapter = TransportConformance.memory(broker)
            adapter.make = {
                var features = MemoryBroker.features
                features.abilities.remove(ability)
                return broker.transport(features: features)
            }
            try await check.run(on: adapter)
        }
    }

    @Test("keeps the contract without any ability", arguments: TransportConformance.checks)
    func noAbility(check: TransportConformance.Check) async throws {
        let broker = MemoryBroker()
        var adapter = TransportConformance.memory(broker)
        adapter.make = { broker.transport(features: TransportFeatures([])) }
        try await check.run(on: adapter)
    }

    @Test("the checks cite each point of the contract, and have different names")
    func points() {
        #expect(Set(TransportConformance.checks.map(\.point)) == Set(1...16))
        let names = TransportConformance.checks.map(\.description)
        #expect(Set(names).count == names.count)
    }
}
