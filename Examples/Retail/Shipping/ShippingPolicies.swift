public import Skein

/// What shipping does about the events of others, in the choreography.
public enum ShippingPolicies {
    /// Parts of the component `shipping`, beside what handles `shipping.shipGoods`.
    public static var parts: [any ComponentPart] { [Sagas(ShipSaga.self)] }
}

/// "Whenever the goods of an order are fetched, ship them", unless the order has come to nothing meanwhile.
///
/// Order and inventory may be in processes of their own; then the goods may be heard of first.
struct ShipSaga: Saga {
    static let name = "shipping"

    /// Whom to ship to; `nil` before the order is heard of.
    var recipient: Customer?
    /// What to ship; `nil` before the goods are fetched.
    var pickID: String?

    static var behavior: SagaBehavior<ShipSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { order, _ in ShipSaga(recipient: order.customer) }
        Begin(GoodsFetched.self, by: \.orderID) { event, _ in ShipSaga(pickID: event.pickID) }
        React(OrderPlaced.self, by: \.orderID) { saga, order, context in
            saga.recipient = order.customer
            saga.shipIfReady(order.orderID, context)
        }
        React(GoodsFetched.self, by: \.orderID) { saga, event, context in
            saga.pickID = event.pickID
            saga.shipIfReady(event.orderID, context)
        }
        React(OrderCanceled.self, by: \.orderID) { _, _, context in context.end() }
        React(OrderNotFulfilled.self, by: \.orderID) { _, _, context in context.end() }
    }

    private func shipIfReady(_ orderID: String, _ context: SagaContext) {
        guard let recipient, let pickID else { return }
        context.send(ShipGoods(orderID: orderID, pickID: pickID, recipient: recipient))
        context.end()
    }
}
