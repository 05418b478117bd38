import SkeinCore
import SkeinMacros
import SkeinTesting
import Synchronization
import Testing

@Command("desk.greet", subject: \.name) struct GreetGuest { let name: String }

@Event("desk.greeted", version: "1.2.0", subject: \.name) struct GuestGreeted { let name: String }

@Event("desk.received", subject: \.name) struct GuestReceived { let name: String }

final class GuestBook: Sendable {
    private let lines = Mutex<[String]>([])
    var entries: [String] { lines.withLock { $0 } }
    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

@Handlers
struct Desk {
    let book: GuestBook

    @Handles
    func greet(_ command: GreetGuest, _ context: HandlerContext) async throws {
        try context.publish(GuestGreeted(name: command.name))
    }

    @Handles(since: "1.1.0")
    func greeted(_ event: GuestGreeted) { book.note(event.name) }

    @Handles(where: { $0.context.user == "piggy" })
    func received(_ event: GuestReceived) { book.note("\(event.name) by piggy") }

    @Handles(where: { $0.context.user == "fozzie" })
    func announced(_ event: GuestReceived) { book.note("\(event.name) by fozzie") }
}

@Suite("Handlers on a type")
struct HandlersUseTests {
    @Test("are registered with their injected services, and run")
    func running() throws {
        let book = GuestBook()
        let simulation = try Simulation(
            store: MemoryStore(), components: [Component("desk") { Desk(book: book) }])
        try simulation.send(GreetGuest(name: "Kermit"))
        #expect(book.entries == ["Kermit"])
    }

    @Test("take only events whose envelope satisfies their condition")
    func conditions() throws {
        let book = GuestBook()
        let simulation = try Simulation(store: MemoryStore(), components: [Component("desk") { Desk(book: book) }])
        for user in ["piggy", "gonzo", "fozzie"] {
            try simulation.perform {
                try await $0.client(as: "desk", user: user).publish(GuestReceived(name: "Kermit"))
            }
        }
        #expect(book.entries == ["Kermit by piggy", "Kermit by fozzie"])
    }
}
