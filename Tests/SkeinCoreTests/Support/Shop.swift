import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization

/// A small domain for tests of the runtime: orders, charges, receipts.
struct OrderPlaced: Event {
    static let name: MessageName = "shop.orderPlaced"
    var orderID: String
    var amount = 10
    var subject: String? { orderID }
}

struct OrderClosed: Event {
    static let name: MessageName = "shop.orderClosed"
    var orderID: String
    var outcome: String
    var subject: String? { orderID }
}

struct Charge: Command {
    static let name: MessageName = "till.charge"
    var orderID: String
    var amount: Int
    var subject: String? { orderID }
}

struct Charged: Event {
    static let name: MessageName = "till.charged"
    var orderID: String
    var amount: Int
    var subject: String? { orderID }
}

struct Refund: Command {
    static let name: MessageName = "till.refund"
    var orderID: String
    var subject: String? { orderID }
}

struct Refunded: Event {
    static let name: MessageName = "till.refunded"
    var orderID: String
    var subject: String? { orderID }
}

struct Rate: Query {
    static let name: MessageName = "till.rate"
    typealias Answer = RateAnswer
}

struct RateAnswer: Document {
    static let name: MessageName = "till.rateAnswer"
    var percent: Int
}

/// Remembers what happened outside the runtime, across crashes of it.
final class Ledger: Sendable {
    private let lines = Mutex<[String]>([])

    var entries: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A till that charges and refunds whatever it is told.
func till(_ ledger: Ledger = Ledger()) -> Component {
    Component("till") {
        Handle(Charge.self) { charge, context in
            ledger.note("charge \(charge.orderID)")
            try context.publish(Charged(orderID: charge.orderID, amount: charge.amount))
        }
        Handle(Refund.self) { refund, context in
            ledger.note("refund \(refund.orderID)")
            try context.publish(Refunded(orderID: refund.orderID))
        }
        Answer(Rate.self) { _, _ in RateAnswer(percent: 3) }
    }
}

extension Simulation {
    /// The names of the events in the log, in order.
    func events() throws -> [String] {
        try log().filter { $0.envelope.kind == .event }.map(\.envelope.name.rawValue)
    }

    /// The names of all messages in the log, in order.
    func messages() throws -> [String] { try log().map(\.envelope.name.rawValue) }
}
