public import Skein

/// The order process, second version: nobody is charged for goods that are not there.
public struct ChargeAfterFetching: ProcessDefinition {
    public static let name = OrderProcess.name
    public static let version = 2

    public static func key(of start: OrderPlaced) -> String { start.orderID }

    public static var correlations: [Correlation] { OrderSteps.correlations }

    private let deadlines: Deadlines

    public init(deadlines: Deadlines = Deadlines()) { self.deadlines = deadlines }

    public func run(_ order: OrderPlaced, _ flow: Flow) async throws {
        let steps = OrderSteps(order, flow, deadlines)
        let account = try await steps.findAccount()
        guard let pick = try await steps.fetchGoods() else { return }
        guard try await steps.collectPayment(from: account) else { return }
        try await steps.ship(pick)
    }
}
