public import SkeinCore

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
        _ notation: OrderNotation, release: OrderRelease = .first, time: BusinessTime = BusinessTime()
    ) -> Component {
        Component("order") {
            Publishes(OrderFulfilled.self, OrderNotFulfilled.self, OrderCanceled.self)
            switch notation {
            case .code:
                // `order.place` and `order.finish` are for notations in which the order is told what to do.
                switch release {
                case .first: [Processes(OrderProcess(time: time))]
                case .second: [Processes(OrderProcess(time: time), ChargeAfterFetching(time: time))]
                }
            case .choreography:
                OrderPolicies.parts
            }
        }
    }
}
