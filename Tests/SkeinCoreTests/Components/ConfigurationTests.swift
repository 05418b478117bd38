import SkeinCore
import SkeinTesting
import Testing

@Suite("A runtime refuses to start")
struct ConfigurationTests {
    struct BadName: Event { static let name: MessageName = "nodot" }
    struct BadVersion: Event {
        static let name: MessageName = "x.y"
        static let version: SchemaVersion = "1.2"
    }
    struct Unowned: Command { static let name: MessageName = "nobody.does" }

    func problems(_ components: Component...) -> [String] {
        do {
            _ = try Runtime(store: MemoryStore(), components: components)
            return []
        } catch let error as ConfigurationError {
            return error.problems
        } catch {
            return ["\(error)"]
        }
    }

    @Test("a command with two owners")
    func twoOwners() {
        let found = problems(till(), Component("other") { Handle(Charge.self) { _, _ in } })
        #expect(found.count == 1)
        #expect(found[0].contains("'till.charge' has two owners, 'till' and 'other'"))
    }

    @Test("a command handled twice in one component")
    func handledTwice() {
        let found = problems(
            Component("till") {
                Handle(Charge.self) { _, _ in }
                Handle(Charge.self) { _, _ in }
            })
        #expect(found.first?.contains("handles the command 'till.charge' twice") == true)
    }

    @Test("the same event handler registered twice")
    func duplicateHandler() {
        let found = problems(
            Component("notes") {
                Handle(OrderPlaced.self) { _, _ in }
                Handle(OrderPlaced.self) { _, _ in }
            })
        #expect(found.first?.contains("registers the handler of 'shop.orderPlaced' twice") == true)
    }

    @Test("a policy whose command nobody handles")
    func policyWithoutOwner() {
        let found = problems(Component("a") { Policy("x then y", on: OrderPlaced.self) { _ in Unowned() } })
        #expect(found.first?.contains("'nobody.does', which no component handles") == true)
    }

    @Test("names and versions that are malformed, all named at once")
    func malformed() {
        let found = problems(
            Component("bad name") {
                Handle(BadName.self) { _, _ in }
                Handle(BadVersion.self) { _, _ in }
                Handle(OrderPlaced.self, since: "one") { _, _ in }
            })
        #expect(found.count == 4)
        #expect(found.contains { $0.contains("component name 'bad name'") })
        #expect(found.contains { $0.contains("'nodot' is not a message name: it has no dot") })
        #expect(found.contains { $0.contains("'1.2' is not a schema version") })
        #expect(found.contains { $0.contains("'one' is not a schema version") })
    }

    @Test("a component that publishes another one's event, or two of one name")
    func ownership() {
        let found = problems(
            Component("notes") { Publishes(OrderPlaced.self) }, Component("notes") { Publishes() })
        #expect(found.contains { $0.contains("an event of component 'shop'") })
        #expect(found.contains { $0.contains("two components are called 'notes'") })
    }

    @Test("a process and an entity with one name, or one version of a process twice")
    func definitions() {
        struct Account: ProcessDefinition {
            static let name = "account"
            static func key(of start: OrderPlaced) -> String { start.orderID }
            func run(_ start: OrderPlaced, _ flow: Flow) async throws {}
        }
        let found = problems(
            Component("bank") {
                Entities(BankAccount.self)
                Processes(Account())
            }, Component("work") { Processes(FirstVersion(), FirstVersion()) })
        #expect(found.count == 2)
        #expect(found.first?.contains("'account' names two kinds of instances (entity, code)") == true)
        #expect(found.last?.contains("version 1 of 'versioned' is there twice") == true)
    }

    @Test("retry policies and timeouts out of range")
    func ranges() {
        let found = problems(
            Component("notes") {
                Handle(OrderPlaced.self) { _, _ in }.retry(RetryPolicy(attempts: 0)).timeout(.zero)
            })
        #expect(found.count == 2)
    }

    @Test("a filter on a command, a name of two kinds, a type in two modes, a command to be sent that nobody handles")
    func ambiguities() {
        struct ChargeEvent: Event { static let name: MessageName = "till.charge" }
        let filtered = problems(Component("till") { Handle(Charge.self, where: { _ in false }) { _, _ in } })
        #expect(filtered.first?.contains("a command that was filtered out would be lost") == true)
        let kinds = problems(till(), Component("notes") { Handle(ChargeEvent.self) { _, _ in } })
        #expect(kinds.first?.contains("'till.charge' is of kind command in 'till' and of kind event in") == true)
        let modes = problems(
            Component("shop") {
                Publishes(OrderPlaced.self)
                Publishes(OrderPlaced.self, mode: .fireAndForget)
            })
        #expect(modes.first?.contains("'shop.orderPlaced' is published in two modes") == true)
        let unowned = problems(Component("shop") { Publishes(Unowned.self) })
        #expect(unowned.first?.contains("sends the command 'nobody.does', which no component handles") == true)
    }

    @Test("sending a command without an owner is an error that names it; so is publishing what is not declared")
    func sending() throws {
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("shop") { Publishes(OrderPlaced.self) }])
        #expect(throws: MessageError.self) { try simulation.send(Unowned()) }
        #expect(throws: MessageError.self) {
            try simulation.publish(OrderClosed(orderID: "a", outcome: "x"), as: "shop")
        }
        #expect(try simulation.log().isEmpty)
    }
}
