import SkeinCore
import SkeinTesting
import Testing

@Suite("The component that publishes an event")
struct ClientNameTests {
    private func simulation() throws -> Simulation {
        try Simulation(store: MemoryStore(), components: [Component("shop") {}, till()])
    }

    @Test("may be one of this runtime, the owner of the event, or the client", arguments: ["shop", "bank", "client"])
    func known(name: String) throws {
        let simulation = try simulation()
        try simulation.publish(Paid(), as: name)
        #expect(try simulation.log().map(\.envelope.source) == [name])
    }

    @Test("is refused when it does not exist, with a list of those that do")
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

    @Test("is refused when it declares what it publishes and the event belongs to another")
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
