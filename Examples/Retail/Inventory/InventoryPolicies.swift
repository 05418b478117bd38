public import Skein

/// What the inventory does about the events of others, in the choreography.
public enum InventoryPolicies {
    /// Parts of the component `inventory`, beside what handles `inventory.fetchGoods`.
    public static var parts: [any ComponentPart] { [Sagas(FetchSaga.self)] }
}

/// "Whenever the payment of an order is received, fetch its goods"; at once for customers who pay later.
///
/// Order and payment may be in processes of their own; then the payment may be heard of first.
struct FetchSaga: Saga {
    static let name = "fetching"

    /// What to fetch; `nil` before the order is heard of.
    var items: [OrderItem]?

    static var behavior: SagaBehavior<FetchSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { order, context in
            if order.customer.isVIP == true {
                context.send(FetchGoods(orderID: order.orderID, items: order.items))
                context.end()
            }
            return FetchSaga(items: order.items)
        }
        Begin(PaymentReceived.self, by: \.orderID) { _, _ in FetchSaga() }
        React(OrderPlaced.self, by: \.orderID) { _, order, context in
            context.send(FetchGoods(orderID: order.orderID, items: order.items))
            context.end()
        }
        React(PaymentReceived.self, by: \.orderID) { saga, event, context in
            guard let items = saga.items else { return }
            context.send(FetchGoods(orderID: event.orderID, items: items))
            context.end()
        }
        React(OrderCanceled.self, by: \.orderID) { _, _, context in context.end() }
        React(OrderNotFulfilled.self, by: \.orderID) { _, _, context in context.end() }
    }
}
