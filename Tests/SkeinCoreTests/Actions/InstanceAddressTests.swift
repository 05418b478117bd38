import SkeinActions
import SkeinCore
import SkeinTesting
import Testing

@Suite("The address of an instance")
struct InstanceAddressTests {
    private let address = InstanceAddress(Charging.self, key: "a", in: "shop")

    private func shop() throws -> Simulation {
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("shop") { Processes(Charging()) }, till()])
        try simulation.publish(OrderPlaced(orderID: "a"), as: "shop")
        return simulation
    }

    @Test(
        "is component/process/key, where the key may have slashes",
        arguments: [
            ("payment/payment/4711", "4711"), ("a/b/c/d", "c/d"), ("a/b/", ""), ("a/b//", "/"),
        ])
    func text(text: String, key: String) throws {
        let address = try #require(InstanceAddress(text))
        #expect(address.key == key && address.description == text)
        #expect(address == InstanceAddress(component: address.component, process: address.process, key: key))
    }

    @Test("is no other text", arguments: ["", "4711", "payment/4711", "//4711", "payment//4711", "/payment/4711"])
    func refused(text: String) { #expect(InstanceAddress(text) == nil) }

    @Test("is of a process, a saga or an entity")
    func kinds() {
        #expect(address.description == "shop/charging/a")
        #expect(InstanceAddress(Ticket.self, key: "t", in: "desk").description == "desk/ticket/t")
        #expect(InstanceAddress(Counter.self, key: "c", in: "desk").description == "desk/counter/c")
    }

    private struct Ticket: Saga {
        static let name = "ticket"
        static var behavior: SagaBehavior<Ticket> { Begin(OrderPlaced.self, by: \.orderID) { _, _ in Ticket() } }
    }

    private struct Counter: Entity {
        static let name = "counter"
        static var behavior: EntityBehavior<Counter> { Evolve(OrderPlaced.self) { _, _ in } }
    }

    @Test("serves operators in the place of an id")
    func actions() throws {
        let simulation = try shop()
        let address = address
        try simulation.perform { try await $0.suspend(instance: address) }
        #expect(try simulation.status(of: address) == .suspended)
        try simulation.perform { try await $0.resume(instance: address) }
        #expect(try simulation.status(of: address) == .running)
        try simulation.perform { try await $0.cancel(instance: address) }
        simulation.runToEnd()
        #expect(try simulation.status(of: address) == .canceled)
    }

    @Test("ends an instance at once")
    func terminate() throws {
        let simulation = try shop()
        let address = address
        try simulation.perform { try await $0.terminate(instance: address) }
        #expect(try simulation.status(of: address) == .canceled)
    }

    @Test(
        "of no instance is refused, with what is not there",
        arguments: [
            ("shop/charging/b", "there is no instance 'shop/charging/b': none was started with the key 'b'"),
            ("shop/chargin/a", "component 'shop' has no process, saga or entity 'chargin'"),
            ("shpo/charging/a", "no component 'shpo' runs here, but shop, till"),
        ])
    func unknown(text: String, refusal: String) throws {
        let simulation = try shop()
        let address = try #require(InstanceAddress(text))
        #expect(try simulation.status(of: address) == nil)
        #expect {
            try simulation.perform { try await $0.retry(instance: address) }
        } throws: {
            $0 is ActionError && "\($0)".contains(refusal)
        }
    }
}
