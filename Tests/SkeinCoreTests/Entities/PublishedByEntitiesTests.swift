import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

/// Folds one of the two events that it decides.
struct Vault: Entity {
    static let name = "vault"
    var opened = 0

    struct Turn: Command {
        static let name: MessageName = "bank.turn"
        var vault: String
        var subject: String? { vault }
    }

    struct Turned: Event {
        static let name: MessageName = "bank.turned"
        static let version: SchemaVersion = "2.1.0"
        var vault: String
        var subject: String? { vault }
    }

    struct Alarmed: Event {
        static let name: MessageName = "bank.alarmed"
        var vault: String
        var subject: String? { vault }
    }

    static var behavior: EntityBehavior<Vault> {
        Decide(Turn.self, by: \.vault) { _, turn in [Turned(vault: turn.vault), Alarmed(vault: turn.vault)] }
        Evolve(Turned.self) { vault, _ in vault.opened += 1 }
    }
}

@Suite("What entities publish")
struct PublishedByEntitiesTests {
    private let store = MemoryStore()

    private func run(_ declared: any Event.Type...) throws -> (events: [String], incidents: [IncidentRow]) {
        let component = Component("bank") {
            for type in declared { Publishes(type) }
            Entities(Vault.self)
        }
        let simulation = try Simulation(store: store, components: [component])
        try simulation.send(Vault.Turn(vault: "a"))
        return (try simulation.events(), try store.makeReader().openIncidents(after: 0, limit: 9))
    }

    private func catalogue() throws -> [String] {
        let data = try #require(try store.makeReader().catalogue(of: "bank"))
        return try PayloadCoder.json.decode(CatalogueEntry.self, from: data).publishes.map {
            "\($0.name) \($0.version)"
        }
    }

    @Test("is in the catalogue for each of several entities that are listed together")
    func several() throws {
        let component = Component("bank") { Entities(Vault.self, BankAccount.self) }
        let simulation = try Simulation(store: store, components: [component])
        try simulation.send(Deposit(account: "a", cents: 5))
        #expect(try simulation.events() == ["bank.deposited"])
        #expect(try Set(catalogue()) == ["bank.turned 2.1.0", "bank.deposited 1.0.0"])
    }

    @Test("is in the catalogue: what they fold, and what their component declares")
    func declared() throws {
        let (events, incidents) = try run(Vault.Alarmed.self)
        #expect(events == ["bank.turned", "bank.alarmed"])
        #expect(incidents.isEmpty)
        #expect(try catalogue() == ["bank.alarmed 1.0.0", "bank.turned 2.1.0"])
    }

    @Test("is unrestricted when the component declares nothing")
    func undeclared() throws {
        let (events, incidents) = try run()
        #expect(events == ["bank.turned", "bank.alarmed"])
        #expect(incidents.isEmpty)
        #expect(try catalogue() == ["bank.turned 2.1.0"])
    }

    @Test("is refused, with the way out, when the component declares events without this one")
    func refused() throws {
        let (events, incidents) = try run(Vault.Turned.self)
        #expect(events.isEmpty)
        #expect(incidents.count == 1)
        #expect(
            incidents.first?.error.contains(
                "'bank' declares what it publishes, but not 'bank.alarmed'; add it to its Publishes(…), or let the "
                    + "entity that decides it fold it (Evolve)") == true, "\(incidents)")
    }
}
