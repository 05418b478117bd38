import ChildPrograms
import Foundation
import SkeinCore
import SkeinOperator
import SkeinSQLite
import SkeinStorage
import SkeinTesting
import Testing

@Suite("Replay of a channel", .fewAtATime)
struct ReplayTests {
    let folder: TemporaryFolder
    let store: String
    let broker = MemoryBroker()

    init() throws {
        folder = try TemporaryFolder()
        store = folder.file()
        let bank = try Simulation(
            store: MemoryStore(), components: [Component("bank") { Publishes(OrderPaid.self) }],
            channels: [Channel("shop", over: broker.transport())], remotes: [Remote("shop", via: "shop")])
        for order in ["a", "b", "c"] { try bank.publish(OrderPaid(orderID: order), as: "bank") }
    }

    /// Lets the shop take in what the bank has said, and gives back the orders that it has heard to be paid so far.
    ///
    /// - Parameter passesBy: whether it passes by what the bank publishes.
    private func listen(passesBy: Bool = false) throws -> [String] {
        let opened = try SQLiteStore(path: store)
        var bank = Remote("bank", via: "shop", from: .beginning)
        if passesBy { bank = bank.taking(Packed.self) }
        let shop = try Simulation(
            store: opened, components: [Component("shop") { Handle(OrderPaid.self) { _, _ in } }],
            channels: [Channel("shop", over: broker.transport())], remotes: [bank])
        shop.run(for: .seconds(1))
        let heard = try shop.messages(of: OrderPaid.self).map(\.orderID)
        try opened.close()
        return heard
    }

    private func replay(_ arguments: String...) async throws -> Skein.Result {
        try await Skein.run(["replay", "--channel", "shop"] + arguments, store: store)
    }

    @Test("brings what the process had passed by, each message once")
    func passedBy() async throws {
        #expect(try listen(passesBy: true).isEmpty)
        #expect(try listen().isEmpty)
        let planned = try await replay("--beginning", "--dry-run")
        #expect(planned.exitCode == 0 && planned.lines[0].hasPrefix("TOPIC"), "\(planned.error)")
        #expect(try listen().isEmpty)
        let result = try await replay("--beginning")
        #expect(result.exitCode == 0 && result.output.contains("The next start"), "\(result.error)")
        #expect(try listen().sorted() == ["a", "b", "c"])
        #expect(try await replay("--beginning", "--json").objects().allSatisfy { $0["to"] as? Int == 0 })
        #expect(try listen().sorted() == ["a", "b", "c"])
    }

    @Test("goes back to a place, and not forward")
    func place() async throws {
        _ = try listen(passesBy: true)
        let row = try #require(try StoreInspector(path: store).sourcePlaces(channel: "shop").first { $0.next == 3 })
        let place = "\(row.topic)/\(row.partition)"
        let forward = try await replay("--from", "\(place)@3")
        #expect(forward.exitCode == 1 && forward.error.contains("name an offset from 0 to 2"), "\(forward.error)")
        #expect(try await replay("--from", "\(place)@1").exitCode == 0)
        #expect(try listen() == ["b", "c"])
        let unknown = try await replay("--from", "nothing/0@0")
        #expect(unknown.exitCode == 1 && unknown.error.contains("there are: "))
    }

    @Test("goes back to a time by what the log tells, and to the beginning where it tells nothing")
    func time() async throws {
        #expect(try listen() == ["a", "b", "c"])
        let start = "2026-01-01T00:00:00Z"
        #expect(
            try await replay("--since", start, "--dry-run", "--json").objects().allSatisfy { $0["to"] as? Int == 0 })
        let later = try await replay("--since", "2026-01-02T00:00:00Z")
        #expect(later.exitCode == 0 && later.output.contains("Nothing to take in again"), "\(later.output)")
    }

    @Test("is refused while a process has the store open")
    func open() async throws {
        _ = try listen()
        let opened = try SQLiteStore(path: store)
        let result = try await replay("--beginning")
        #expect(result.exitCode == 75 && result.error.contains("stop the process first"), "\(result.error)")
        try opened.close()
    }

    @Test("is refused for an unknown channel, and for a broker that keeps nothing")
    func refused() async throws {
        _ = try listen()
        let unknown = try await Skein.run("replay", "--channel", "shopp", "--beginning", store: store)
        #expect(unknown.exitCode == 1 && unknown.error.contains("there is no channel 'shopp'"))
        let opened = try SQLiteStore(path: store)
        let rows = try opened.makeReader().sourcePlaces(channel: "shop")
        let removals = rows.map { StoreWrite.removeSourcePlaces(channel: "shop", topic: $0.topic) }
        _ = try opened.commit(CommitBatch(units: [CommitUnit(writes: removals)]))
        try opened.close()
        let placeless = try await replay("--beginning")
        #expect(placeless.exitCode == 1 && placeless.error.contains("as ActiveMQ and RabbitMQ do not"))
    }
}
