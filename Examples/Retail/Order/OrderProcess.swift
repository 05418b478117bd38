public import Skein

/// How an order is fulfilled: the payment, then the goods, then the parcel.
public struct OrderProcess: ProcessDefinition {
    public static let name = "order"

    public static func key(of start: OrderPlaced) -> String { start.orderID }

    public static var correlations: [Correlation] { OrderSteps.correlations }

    private let deadlines: Deadlines

    public init(deadlines: Deadlines = Deadlines()) { self.deadlines = deadlines }

    public func run(_ order: OrderPlaced, _ flow: Flow) async throws {
        let steps = OrderSteps(order, flow, deadlines)
        let account = try await steps.findAccount()
        guard try await steps.collectPayment(from: account) else { return }
        guard let pick = try await steps.fetchGoods() else { return }
        try await steps.ship(pick)
    }
}
