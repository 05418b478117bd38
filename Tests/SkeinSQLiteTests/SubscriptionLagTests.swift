import SkeinOperator
import SkeinStorage
import ChildPrograms
import SkeinCore
import SkeinSQLite
import Testing

/// The messages of ``envelope(_:)``.
private struct Placed: Event {
    static let name: MessageName = "order.placed"
    var subject: String? { "a" }
}

@Suite("The lag of a subscription")
struct SubscriptionLagTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func lags() throws -> [String: Int64] {
        let views = try StoreInspector(path: folder.file()).subscriptions()
        return Dictionary(uniqueKeysWithValues: views.map { ($0.subscription, $0.lag) })
    }

    @Test("counts what it takes and has not done, not what passes it by")
    func lag() async throws {
        let store = try SQLiteStore(path: folder.file())
        let runtime = try Runtime(
            keeping: store, Component("notes") { Handle(Placed.self) { _, _ in } },
            Component("greeter") {
                Handle(Greet.self) { _, _ in }
                Projection("greetings", create: { _ in }, drop: { _ in }) { Fold(Greeted.self) { _, _ in } }
            })
        try await runtime.run { client in
            for name in ["Kermit", "Piggy"] { try await client.send(Greet(name: name)) }
        }
        #expect(try lags() == ["greeter/handlers": 0, "greeter/projection/greetings": 0, "notes/handlers": 0])
        var direct = envelope("direct")
        direct.context.recipient = "greeter"
        let others = (1...3).map { Outgoing(envelope("\($0)")) }
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: others + [Outgoing(direct)])]))
        #expect(try lags() == ["greeter/handlers": 0, "greeter/projection/greetings": 0, "notes/handlers": 3])
        let done = PositionRow(subscription: "notes/handlers", position: 2, completed: [4...4])
        _ = try store.commit(CommitBatch(units: []) { _ in [done] })
        #expect(try lags()["notes/handlers"] == 2)
        try store.close()
    }

    @Test("counts for the runtime's own component what nobody could read, and nothing else")
    func unreadable() throws {
        let store = try SQLiteStore(path: folder.file())
        let place = PositionRow(subscription: "skein/handlers", position: 0)
        let others = (1...3).map { Outgoing(envelope("\($0)")) }
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: others)]) { _ in [place] })
        #expect(try lags() == ["skein/handlers": 0])
        var unreadable = envelope("unreadable")
        unreadable.metadata.name = "skein.unreadable"
        unreadable.context.recipient = "skein"
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(unreadable)])]))
        #expect(try lags() == ["skein/handlers": 1])
        try store.close()
    }
}
