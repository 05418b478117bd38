import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An outside system that a test breaks and mends.
final class Outside: Sendable {
    private let broken = Mutex(true)
    let ledger = Ledger()

    func mend() { broken.withLock { $0 = false } }

    func use(_ line: String) throws {
        guard !broken.withLock({ $0 }) else { throw Broken() }
        ledger.note(line)
    }

    struct Broken: Error {}
}

/// The same name as ``OrderPlaced``, without what it needs.
struct MalformedOrder: Event {
    static let name: MessageName = "shop.orderPlaced"
    var id: String
    var subject: String? { id }
}

/// A newer major version of ``OrderPlaced``.
struct OrderPlaced2: Event {
    static let name: MessageName = "shop.orderPlaced"
    static let version = SchemaVersion(2, 0, 0)
    var orderID: String
    var subject: String? { orderID }
}

/// A component whose handler uses an outside system, and gives up after one attempt.
func stock(_ outside: Outside, since version: SchemaVersion = SchemaVersion(1, 0, 0)) -> Component {
    Component("stock") {
        Handle(OrderPlaced.self, since: version) { order, _ in
            try outside.use("\(order.orderID) \(order.amount)")
        }.retry(.never)
    }
}

/// Fetches the goods as an activity, then closes the order.
struct Fetching: ProcessDefinition {
    static let name = "fetching"
    static func key(of start: OrderPlaced) -> String { start.orderID }
    let outside: Outside

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        let outside = outside
        try await flow.perform("fetch", ActivityOptions(retry: .never)) { _ in try outside.use("fetch") }
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "fetched"))
    }
}

/// Charges, waits for the charge, and refunds when it is canceled.
struct Charging: ProcessDefinition {
    static let name = "charging"
    static func key(of start: OrderPlaced) -> String { start.orderID }

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        try await flow.request(
            Charge(orderID: start.orderID, amount: start.amount), expecting: Charged.self,
            undo: { Refund(orderID: $0.orderID) }, confirmedBy: Refunded.self)
        try await flow.sleep(for: .days(30))
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "late"))
    }
}

/// Takes a charge for an order that it has not seen, and sets it aside when nobody waits for it.
struct Matching: ProcessDefinition {
    static let name = "matching"
    static func key(of start: OrderPlaced) -> String { start.orderID }
    static let correlations = [Correlation(Charged.self, unmatched: .deadLetter, by: \.orderID)]

    func run(_ start: OrderPlaced, _ flow: Flow) async throws {
        let charged = try await flow.wait(for: Charged.self, key: start.orderID)
        flow.publish(OrderClosed(orderID: start.orderID, outcome: "charged \(charged.amount)"))
    }
}

/// Carries a report out of a closure.
final class Kept: Sendable {
    private let report = Mutex(ActionReport())

    var value: ActionReport {
        get { report.withLock { $0 } }
        set { report.withLock { $0 = newValue } }
    }
}

extension Simulation {
    /// Carries out an operator's action. Where every commit is a crash, the call never returns; its commit is durable.
    func operate(_ action: OperatorAction) throws {
        try begin { runtime in _ = try await runtime.perform(action) }
    }
}

extension Store {
    /// Ids of the open incidents, ascending.
    func openIncidents() throws -> [IncidentRow] { try makeReader().openIncidents(after: 0, limit: 100) }
}
