import Skein

/// Watches how the others get on with an order, and gives it up when one of them takes too long.
struct DeadlineSaga: Saga {
    /// Whom the order is waiting for.
    enum Phase: String, Codable {
        case paying, fetching, shipping, canceled, refunding
    }

    static let name = "deadlines"

    var phase = Phase.paying
    var orderID: String
    var paymentID: String?
    var isPaid = false
    /// What the others have said so far. Each is heard in a process of its own perhaps, so that a later event may come
    /// before what caused it.
    var isFetched = false
    var isShipped = false
    /// Why the order comes to nothing, once that is so.
    var reason = ""

    static var behavior: SagaBehavior<DeadlineSaga> {
        Begin(OrderPlaced.self, by: \.orderID) { order, context in
            var saga = DeadlineSaga(orderID: order.orderID)
            if order.customer.isVIP == true { saga.phase = .fetching }
            saga.wake(context)
            return saga
        }
        React(PaymentRequested.self, by: \.orderID) { saga, event, context in saga.requested(event, context) }
        React(PaymentReceived.self, by: \.orderID) { saga, event, context in saga.received(event, context) }
        React(PaymentCanceled.self, by: \.orderID) { saga, _, context in
            if saga.phase == .paying { saga.close(OrderFailure.paymentCanceled, context) } else { context.end() }
        }
        React(GoodsFetched.self, by: \.orderID) { saga, _, context in
            saga.isFetched = true
            saga.goOn(context)
        }
        React(GoodsShipped.self, by: \.orderID) { saga, _, context in
            saga.isShipped = true
            saga.goOn(context)
        }
        React(PaymentRefunded.self, by: { PaymentID.order(of: $0.paymentID) }) { saga, _, context in
            if saga.phase == .refunding { saga.close(saga.reason, context) }
        }
        Wake { saga, _, context in saga.waitedTooLong(context) }
    }

    private func wake(_ context: SagaContext) {
        switch phase {
        case .paying: context.wake(phase.rawValue, after: Deadlines().payment)
        case .fetching: context.wake(phase.rawValue, after: Deadlines().goods)
        case .shipping: context.wake(phase.rawValue, after: Deadlines().shipment)
        case .canceled, .refunding: break
        }
    }

    private mutating func advance(to next: Phase, _ context: SagaContext) {
        context.cancelWake(phase.rawValue)
        phase = next
        wake(context)
    }

    /// Goes as far as the others have got.
    private mutating func goOn(_ context: SagaContext) {
        if phase == .fetching, isFetched { advance(to: .shipping, context) }
        guard phase == .shipping, isShipped else { return }
        context.send(FinishOrder(orderID: orderID))
        context.end()
    }

    private mutating func requested(_ event: PaymentRequested, _ context: SagaContext) {
        paymentID = event.paymentID
        if phase == .canceled { context.send(CancelPayment(paymentID: event.paymentID, reason: reason)) }
    }

    private mutating func received(_ event: PaymentReceived, _ context: SagaContext) {
        switch phase {
        case .paying:
            isPaid = true
            advance(to: .fetching, context)
            goOn(context)
        case .canceled:
            context.send(RefundPayment(paymentID: event.paymentID))
            context.end()
        case .fetching, .shipping, .refunding:
            break
        }
    }

    private mutating func waitedTooLong(_ context: SagaContext) {
        switch phase {
        case .paying:
            (phase, reason) = (.canceled, OrderFailure.noPayment)
            if let paymentID { context.send(CancelPayment(paymentID: paymentID, reason: reason)) }
            context.publish(OrderCanceled(orderID: orderID, reason: reason))
        case .fetching: undo(OrderFailure.noGoods, context)
        case .shipping: undo(OrderFailure.noShipment, context)
        case .canceled, .refunding: break
        }
    }

    private mutating func undo(_ why: String, _ context: SagaContext) {
        guard isPaid, let paymentID else { return close(why, context) }
        (phase, reason) = (.refunding, why)
        context.send(RefundPayment(paymentID: paymentID))
    }

    private func close(_ why: String, _ context: SagaContext) {
        context.publish(OrderNotFulfilled(orderID: orderID, reason: why))
        context.end()
    }
}
