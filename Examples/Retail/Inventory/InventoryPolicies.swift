public import Skein

/// What the inventory does about the events of others, in the choreography.
public enum InventoryPolicies {
    /// Parts of the component `inventory`, beside what handles `inventory.fetchGoods`.
    public static var parts: [any ComponentPart] { [Sagas(FetchSaga.self)] }
}

/// "Whenever the payment of an order is received, fetch its goods"; at once for customers who pay later.
struct FetchSaga: Saga {
    static let name = "fetching"

    var items: [OrderItem]

    static var behavior: SagaBehavior<FetchSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { order, context in
            if order.customer.isVIP == true {
                context.send(FetchGoods(orderID: order.orderID, items: order.items))
                context.end()
            }
            return FetchSaga(items: order.items)
        }
        React(PaymentReceived.self, by: \.orderID) { saga, event, context in
            context.send(FetchGoods(orderID: event.orderID, items: saga.items))
            context.end()
        }
        React(OrderCanceled.self, by: \.orderID) { _, _, context in context.end() }
        React(OrderNotFulfilled.self, by: \.orderID) { _, _, context in context.end() }
    }
}
