import SkeinCore
import SkeinMacros
import SkeinTesting
import Synchronization
import Testing

@Command("desk.greet", subject: \.name) struct GreetGuest { let name: String }

@Event("desk.greeted", version: "1.2.0", subject: \.name) struct GuestGreeted { let name: String }

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
}
