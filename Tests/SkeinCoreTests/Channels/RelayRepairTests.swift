import Foundation
import SkeinActions
import SkeinCore
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@Suite("A message that the broker does not take")
struct RelayRepairTests {
    private let broker = MemoryBroker()
    private let large = TransportError(.tooLarge, "the message is larger than 10 bytes; raise message.max.bytes")

    /// Lets the broker refuse what contains a word.
    private func refuse(_ word: String) {
        broker.refuse { [large] message in
            String(decoding: message.envelope.payload.bytes, as: UTF8.self).contains(word) ? large : nil
        }
    }

    @Test("stops its key alone, raises an incident that says why, and goes when the broker takes it")
    func stops() throws {
        let shop = try Apart.processes(broker)
        refuse("huge")
        try shop.tell("a", "one", "huge", "three")
        try shop.tell("b", "one")
        #expect(try shop.heard(about: "a") == ["one"])
        #expect(try shop.heard(about: "b") == ["one"])
        let incident = try #require(try shop.incidents().first)
        #expect(incident.subscription == "relay/shop")
        #expect(incident.key == "a")
        #expect(incident.cause == "tooLarge")
        #expect(incident.error == large.message)
        #expect(incident.nextAttempt != nil)
        broker.refuse(nil)
        shop.run(for: .minutes(10))
        #expect(try shop.heard(about: "a") == ["one", "huge", "three"])
        #expect(try shop.incidents().isEmpty)
    }

    @Test("is tried at once when an operator retries", arguments: [false, true])
    func retry(restarted: Bool) throws {
        let shop = try Apart.processes(broker)
        refuse("huge")
        try shop.tell("a", "huge", "two")
        if restarted { try shop.crash("teller") }
        broker.refuse(nil)
        try operate(shop) { .retry(incident: $0) }
        #expect(try shop.heard(about: "a") == ["huge", "two"])
        #expect(try shop.incidents().isEmpty)
    }

    @Test("is left out when an operator skips it", arguments: [false, true])
    func skip(restarted: Bool) throws {
        let shop = try Apart.processes(broker)
        refuse("huge")
        try shop.tell("a", "huge", "two")
        try operate(shop) { .skip(incident: $0) }
        if restarted { try shop.crash("teller") }
        #expect(try shop.heard(about: "a") == ["two"])
        #expect(try shop.incidents().isEmpty)
        try shop.crash("teller")
        try shop.tell("a", "three")
        #expect(try shop.heard(about: "a") == ["two", "three"])
    }

    @Test("leaves with the payload that an operator gives it", arguments: [false, true])
    func edit(restarted: Bool) throws {
        let shop = try Apart.processes(broker)
        refuse("huge")
        try shop.tell("a", "huge", "two")
        if restarted { try shop.crash("teller") }
        try operate(shop) { .edit(incident: $0, payload: Data(#"{"about":"a","text":"small"}"#.utf8)) }
        shop.run(for: .minutes(10))
        #expect(try shop.heard(about: "a") == ["small", "two"])
    }

    @Test("is still known, with its key, after a crash at every commit")
    func crashing() throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = true
        let shop = try SimulatedProcesses(broker: broker, options: options, of: [[Apart.teller], [Apart.listener]])
        refuse("huge")
        for (index, text) in ["huge", "two"].enumerated() {
            try shop.perform(in: "teller") { runtime in
                _ = try await runtime.client(as: "teller").publish(
                    Told(about: "a", text: text), id: MessageID("told-\(index)"))
            }
        }
        #expect(try shop.heard(about: "a").isEmpty)
        #expect(try shop.incidents().count == 1)
        broker.refuse(nil)
        shop.run(for: .hours(1))
        #expect(try shop.heard(about: "a") == ["huge", "two"])
        #expect(try shop.incidents().isEmpty)
    }

    @Test("leaves nothing parked when it goes after a restart that followed on the action of an operator")
    func retriedBeforeRestart() throws {
        let shop = try Apart.processes(broker)
        refuse("huge")
        try shop.tell("a", "huge", "two")
        broker.stop()
        try operate(shop) { .retry(incident: $0) }
        try shop.crash("teller")
        broker.refuse(nil)
        broker.start()
        shop.run(for: .minutes(10))
        #expect(try shop.heard(about: "a") == ["huge", "two"])
        let reader = try shop.store(of: "teller").makeReader()
        #expect(try reader.parked(subscription: "relay/shop", after: nil, limit: 10).isEmpty)
        #expect(try !reader.logHolds().contains { $0.reason == .parked(subscription: "relay/shop", key: "a") })
    }

    @Test("is acted on while the broker is away, also when it was just on its way again as the connection ended")
    func actedOnWhileAway() throws {
        let transport = HoldingTransport(broker)
        let teller = try teller(over: transport)
        refuse("huge")
        try teller.publish(Told(about: "a", text: "huge"), as: "teller")
        let incident = try #require(try teller.incidents().first)
        transport.hold(.sending)
        teller.run(for: .seconds(1))
        #expect(transport.isHolding(.sending))
        let isAnswered = Mutexed(false)
        try teller.begin { runtime in
            _ = try await runtime.perform(.skip(incident: incident.id))
            isAnswered.value = true
        }
        broker.stop()
        transport.release(.sending)
        teller.run(for: .minutes(1))
        #expect(isAnswered.value)
        #expect(try teller.incidents().isEmpty)
    }

    @Test("is not tried between the action of an operator and the end of its commit", arguments: 0..<30)
    func actedOnAtItsTurn(seed: UInt64) throws {
        let transport = HoldingTransport(broker)
        let store = MemoryStore()
        let teller = try teller(over: transport, on: store, seed: seed)
        refuse("huge")
        try teller.publish(Told(about: "a", text: "huge"), as: "teller")
        let incident = try #require(try teller.incidents().first)
        transport.hold(.sending)
        try teller.publish(Told(about: "b", text: "one"), as: "teller")
        teller.run(for: .seconds(1))
        #expect(transport.isHolding(.sending))
        try teller.begin { runtime in
            transport.release(.sending)
            _ = try await runtime.perform(.skip(incident: incident.id))
        }
        teller.run(for: .hours(1))
        #expect(try teller.incidents().isEmpty)
        #expect(try store.makeReader().parked(subscription: "relay/shop", after: nil, limit: 10).isEmpty)
    }

    private func teller(
        over transport: HoldingTransport, on store: MemoryStore = MemoryStore(), seed: UInt64 = 1
    ) throws -> Simulation {
        var options = Simulation.Options()
        options.seed = seed
        return try Simulation(
            store: store, options: options, components: [Apart.teller], channels: [Channel("shop", over: transport)],
            remotes: [Remote("listener", via: "shop")])
    }

    private func operate(_ shop: SimulatedProcesses, _ action: (IncidentID) -> OperatorAction) throws {
        let incident = try #require(try shop.incidents().first)
        try shop.process(of: "teller").operate(action(incident.id))
        shop.run(for: .zero)
    }
}
