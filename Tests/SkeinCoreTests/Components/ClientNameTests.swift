import SkeinCore
import SkeinTesting
import Testing

@Suite("In whose name an event is published")
struct ClientNameTests {
    private func simulation() throws -> Simulation {
        try Simulation(store: MemoryStore(), components: [Component("shop") {}, till()])
    }

    @Test("is that of a component here, of the event's own, or of nobody", arguments: ["shop", "bank", "client"])
    func known(name: String) throws {
        let simulation = try simulation()
        try simulation.publish(Paid(), as: name)
        #expect(try simulation.log().map(\.envelope.source) == [name])
    }

    @Test("is refused where there is no such component, with those that there are")
    func unknown() throws {
        let simulation = try simulation()
        let error = #expect(throws: MessageError.self) { try simulation.publish(Paid(), as: "bnak") }
        #expect(error?.code == .noOwner)
        #expect(
            error?.message
                == "there is no component 'bnak' to publish 'bank.paid'; publish it as 'bank', or as a component of "
                + "this runtime: shop, till")
        #expect(try simulation.log().isEmpty)
    }

    @Test("is refused where the component declares what it publishes, and this is another's")
    func foreign() throws {
        let shop = Component("shop") { Publishes(OrderPlaced.self) }
        let simulation = try Simulation(store: MemoryStore(), components: [shop])
        let error = #expect(throws: MessageError.self) { try simulation.publish(Paid(), as: "shop") }
        #expect(error?.message.hasPrefix("'shop' publishes 'bank.paid', an event of component 'bank'") == true)
        #expect(try simulation.log().isEmpty)
    }

    private struct Paid: Event {
        static let name: MessageName = "bank.paid"
    }
}
