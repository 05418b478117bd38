import SkeinCore
import SkeinSQLite
import Synchronization

/// A small shop, part of which breaks: what operators see and repair.
struct OrderPlaced: Event {
    static let name: MessageName = "shop.orderPlaced"
    var orderID: String
    var amount = 10
    var subject: String? { orderID }
    var assets: [Asset] { [.resource(id: "invoice-\(orderID)", type: "invoice")] }
}

struct OrderPaid: Event {
    static let name: MessageName = "bank.orderPaid"
    var orderID: String
    var payer = "p"
    var subject: String? { payer }
}

struct Pack: Command {
    static let name: MessageName = "stock.pack"
    var orderID: String
    var subject: String? { orderID }
}

struct Packed: Event {
    static let name: MessageName = "stock.packed"
    var orderID: String
    var subject: String? { orderID }
}

struct Repacked: Event {
    static let name: MessageName = "packing.repacked"
    var orderID: String
    var subject: String? { orderID }
}

struct Delivery: ProcessDefinition {
    static let name = "delivery"
    static func key(of start: OrderPlaced) -> String { start.orderID }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        flow.set("amount", to: "\(start.amount)")
        if start.amount < 0 { throw Overpaid(amount: -start.amount) }
        try await flow.request(Pack(orderID: start.orderID), expecting: Packed.self)
        try await flow.wait(for: OrderPaid.self, key: start.orderID)
    }
}

/// Ends the delivery of an order that costs less than nothing.
struct Overpaid: BusinessError, CustomStringConvertible {
    var amount: Int
    var description: String { "\(amount) too much was paid" }
}

/// Breaks for the orders whose ids begin with `bad` until it is mended.
final class Machine: Sendable {
    private let mended = Mutex(false)

    func mend() { mended.withLock { $0 = true } }

    func use(for order: String) throws {
        guard order.hasPrefix("bad"), !mended.withLock({ $0 }) else { return }
        throw Jam(order: order)
    }

    struct Jam: Error, CustomStringConvertible {
        var order: String
        var description: String { "the packing machine is jammed by '\(order)'" }
    }
}

/// The components of the shop.
func shop(_ machine: Machine = Machine()) -> [Component] {
    [
        Component("shop") { Processes(Delivery()) },
        Component("stock") {
            Handle(Pack.self) { pack, context in
                try machine.use(for: pack.orderID)
                try context.publish(Packed(orderID: pack.orderID))
            }.retry(.never)
        },
    ]
}

/// Fills a store: order `a` waits for its payment, order `bad1` for the packing machine; the bank's event is
/// for another, and the last.
func fill(_ path: String) async throws {
    let store = try SQLiteStore(path: path)
    let runtime = try Runtime(store: store, components: shop())
    runtime.start()
    try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "a"))
    try await runtime.client(as: "shop").publish(OrderPlaced(orderID: "bad1", amount: 99))
    await runtime.settle()
    try await runtime.client(as: "bank", user: "piggy").publish(OrderPaid(orderID: "x"))
    await runtime.settle()
    await runtime.stop()
    try store.close()
}
