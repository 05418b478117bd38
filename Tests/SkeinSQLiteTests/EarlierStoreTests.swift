import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinTesting
import Testing

@testable import SkeinSQLite

/// The store `Fixtures/schema-3.db` was written by the code of 22 November 2026 (schema version 3): five orders, of
/// which one is closed, one waits for its payment, one sleeps for a day after it, and one was suspended before its
/// payment came. A handler failed for the fifth.
@Suite("A store of an earlier version")
struct EarlierStoreTests {
    private struct OrderPlaced: Event {
        static let name: MessageName = "shop.orderPlaced"
        var orderID: String
        var subject: String? { orderID }
    }

    private struct OrderPaid: Event {
        static let name: MessageName = "shop.orderPaid"
        var orderID: String
        var subject: String? { orderID }
    }

    private struct OrderClosed: Event {
        static let name: MessageName = "shop.orderClosed"
        var orderID: String
        var subject: String? { orderID }
    }

    private struct OrderProcess: ProcessDefinition {
        static let name = "order"
        static func key(of start: OrderPlaced) -> String { start.orderID }

        func run(_ start: OrderPlaced, _ flow: Flow) async throws {
            try await flow.perform("check") { _ in }
            try await flow.wait(for: OrderPaid.self, key: start.orderID)
            if start.orderID == "sleeping" { try await flow.sleep(for: .days(1)) }
            flow.publish(OrderClosed(orderID: start.orderID))
        }
    }

    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("old.db")
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let fixture = folder.appending(path: "Fixtures/schema-3.db")
        try FileManager.default.copyItem(at: fixture, to: URL(fileURLWithPath: path))
    }

    @Test("is looked into as it is, without being changed")
    func looking() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let inspector = try StoreInspector(path: path)
        #expect(try inspector.messages().count == 9)
        #expect(try inspector.instance(3)?.mailbox == 1)
        #expect(try inspector.check().findings.map(\.check) == ["schema version"])
        inspector.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test("is brought up to date when it is opened, and everything in it goes on")
    func goingOn() throws {
        let store = try SQLiteStore(path: path)
        let version = try store.database.read { try Int32.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(version == Schema.currentVersion)
        #expect(try store.integrityCheck() == [])
        let reader = try store.makeReader()
        #expect(try reader.highWater() == HighWater(instance: 5, incident: 1, mailbox: 1, position: 9))
        #expect(try reader.mailbox(of: 3, limit: 9).map(\.position) == [8])
        #expect(
            try reader.logHolds().map(\.reason) == [
                .parked(subscription: "shop/handlers", key: "failing"), .incident(1), .mailbox(instance: 3),
                .place(subscription: "shop/handlers"),
            ])
        let handled = Seen()
        let shop = Component("shop") {
            Processes(OrderProcess())
            Handle(OrderPlaced.self) { order, _ in handled.note(order.orderID) }
        }
        var options = Simulation.Options()
        (options.start, options.order) = (try Timestamp(rfc3339: "2026-11-22T02:00:00Z"), .arrival)
        let simulation = try Simulation(store: store, options: options, components: [shop])
        try simulation.perform { try await $0.resume(instance: 3) }
        try simulation.publish(OrderPaid(orderID: "waiting"), as: "shop")
        simulation.run(for: .days(2))
        let closed = try simulation.log().filter { $0.envelope.name == OrderClosed.name }.map(\.envelope.subject)
        #expect(closed == ["closed", "suspended", "waiting", "sleeping"])
        #expect(handled.all == ["failing"])
        #expect(try reader.openIncidents(after: 0, limit: 9).isEmpty)
        #expect(try StoreInspector(path: path).check().findings.isEmpty)
    }
}

private final class Seen: @unchecked Sendable {
    // Proof for `@unchecked`: the lock guards the entries.
    private let lock = NSLock()
    private var entries: [String] = []
    var all: [String] { lock.withLock { entries } }
    func note(_ entry: String) { lock.withLock { entries.append(entry) } }
}
