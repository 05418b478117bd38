import SkeinOperator
import ChildPrograms
import SkeinCore
import SkeinSQLite
import Testing

/// A message of the awaited type with more in it.
private struct WideOrderPaid: Event {
    static let name: MessageName = "bank.orderPaid"
    static let reference = String(repeating: "r", count: 200)

    var note = "orderID a is not here"
    var reference = Self.reference
    var accountID = "kermit"
    var cardID = 4711
    var invoiceID = "i-1"
    var orderID = "z"
    var transferID = "t-1"
    var isPaid = true
    var subject: String? { "wide" }
}

/// One without a field that is called a key.
private struct PlainOrderPaid: Event {
    static let name: MessageName = "bank.orderPaid"
    var payer = "gonzo"
    var purpose = "for the banjo"
    var subject: String? { "plain" }
}

@Suite("What came close to ending a wait", .fewAtATime)
struct NearMissTests {
    let folder: TemporaryFolder
    let store: String

    init() async throws {
        folder = try TemporaryFolder()
        store = folder.file()
        try await fill(store)
    }

    /// What happens while the shop is open; order `a` has been waiting for its payment since before.
    private func open(_ machine: Machine = Machine(), _ body: (Runtime) async throws -> Void) async throws {
        let open = try SQLiteStore(path: store)
        let runtime = try Runtime(store: open, components: shop(machine))
        runtime.start()
        try await body(runtime)
        await runtime.settle()
        await runtime.stop()
        try open.close()
    }

    private func nearMisses(of key: String = "a") throws -> [Wait.NearMiss] {
        let inspector = try StoreInspector(path: store)
        var filter = InstanceFilter()
        filter.key = key
        let id = try #require(try inspector.instances(filter).first?.id)
        return try #require(try inspector.instance(id)?.waits.first?.nearMisses)
    }

    @Test("names the field that has the key, though newer messages have come since")
    func field() async throws {
        try await open { runtime in
            let bank = runtime.client(as: "bank")
            _ = try await bank.publish(OrderPaid(orderID: "a", payer: "q"))
            for number in 1...9 { _ = try await bank.publish(OrderPaid(orderID: "\(number)", payer: "q")) }
        }
        let misses = try nearMisses()
        #expect(misses.count == 5)
        #expect(misses.map(\.position) == misses.map(\.position).sorted(by: >))
        let miss = try #require(misses.last)
        #expect((miss.subject, miss.fields) == ("q", ["orderID": "a"]))
        #expect(miss.reason.hasPrefix("its field 'orderID' has the key; its turn has not come, or"))
        #expect(misses.first?.reason == "its subject is another; it came with orderID '9'")
    }

    @Test("says of a message with the key that it came too early")
    func early() async throws {
        try await open { runtime in
            _ = try await runtime.client(as: "bank").publish(OrderPaid(orderID: "b", payer: "q"))
            await runtime.settle()
            _ = try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "b"))
        }
        let miss = try #require(try nearMisses(of: "b").first)
        #expect(miss.reason == "its field 'orderID' has the key, but it came before the wait")
        let other = try #require(try nearMisses(of: "b").last)
        #expect(other.reason == "its subject is another; it came with orderID 'x'; and it came before the wait")
    }

    @Test("shows a few short fields that look like keys, and no more")
    func bounded() async throws {
        try await open { _ = try await $0.client(as: "bank").publish(WideOrderPaid()) }
        let miss = try #require(try nearMisses().first)
        #expect(miss.fields == ["accountID": "kermit", "cardID": "4711", "invoiceID": "i-1", "orderID": "z"])
        #expect(miss.reason.hasSuffix("it came with accountID 'kermit', cardID '4711', invoiceID 'i-1', orderID 'z'"))
    }

    @Test("shows words where no field is called a key")
    func words() async throws {
        try await open { _ = try await $0.client(as: "bank").publish(PlainOrderPaid()) }
        #expect(try nearMisses().first?.reason == "its subject is another; it came with payer 'gonzo'")
    }

    @Test("says of an answer that a suspended instance has got that it is in the mailbox")
    func mailbox() async throws {
        let machine = Machine()
        machine.mend()
        try await open(machine) { runtime in
            let address = InstanceAddress(component: "shop", process: "delivery", key: "bad1")
            try await runtime.suspend(instance: address)
            try await runtime.repair(incident: 1, .retry)
        }
        let miss = try #require(try nearMisses(of: "bad1").first)
        #expect(miss.reason == "it is in the mailbox, and its turn comes when the instance goes on")
        let answer = try #require(try nearMisses(of: "bad1").last)
        #expect(answer.reason == "it answers another message")
    }
}
