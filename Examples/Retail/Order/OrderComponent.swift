public import Skein

/// Which version of the order process new orders take.
public enum OrderRelease: String, Sendable, CaseIterable {
    /// Charge, fetch, ship.
    case first
    /// Fetch, charge, ship; orders that were begun under the first finish under it.
    case second
}

extension RetailComponents {
    /// Fulfills orders, in one of the notations.
    public static func order(
        _ notation: OrderNotation, release: OrderRelease = .first, deadlines: Deadlines = Deadlines()
    ) -> Component {
        Component("order") {
            Publishes(OrderPlaced.self, OrderFulfilled.self, OrderNotFulfilled.self, OrderCanceled.self)
            Policy("whenever the checkout has an order, place it", on: CheckoutOrderPlaced.self) {
                PlaceOrder(orderID: $0.orderID, customer: $0.customer, items: $0.items, total: $0.total)
            }
            Handle(PlaceOrder.self) { command, context in
                try context.publish(
                    OrderPlaced(
                        orderID: command.orderID, customer: command.customer, items: command.items,
                        total: command.total))
            }
            Handle(FinishOrder.self) { command, context in
                try context.publish(OrderFulfilled(orderID: command.orderID))
            }
            switch notation {
            case .code:
                switch release {
                case .first: [Processes(OrderProcess(deadlines: deadlines))]
                case .second: [Processes(OrderProcess(deadlines: deadlines), ChargeAfterFetching(deadlines: deadlines))]
                }
            case .choreography:
                Sagas(DeadlineSaga.self)
            }
        }
    }
}
