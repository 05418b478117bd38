public import Skein

/// What shipping does about the events of others, in the choreography.
public enum ShippingPolicies {
    /// Parts of the component `shipping`, beside what handles `shipping.shipGoods`.
    public static var parts: [any ComponentPart] { [Sagas(ShipSaga.self)] }
}

/// "Whenever the goods of an order are fetched, ship them", unless the order has come to nothing meanwhile.
struct ShipSaga: Saga {
    static let name = "shipping"

    var recipient: Customer

    static var behavior: SagaBehavior<ShipSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { order, _ in ShipSaga(recipient: order.customer) }
        React(GoodsFetched.self, by: \.orderID) { saga, event, context in
            context.send(ShipGoods(orderID: event.orderID, pickID: event.pickID, recipient: saga.recipient))
            context.end()
        }
        React(OrderCanceled.self, by: \.orderID) { _, _, context in context.end() }
        React(OrderNotFulfilled.self, by: \.orderID) { _, _, context in context.end() }
    }
}
