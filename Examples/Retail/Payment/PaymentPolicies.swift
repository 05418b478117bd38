import Foundation
public import Skein

/// What payments do about the events of others, in the choreography.
public enum PaymentPolicies {
    /// Parts of the component `payment`, beside what handles its commands.
    public static var parts: [any ComponentPart] { [Sagas(BillSaga.self)] }
}

/// "Whenever the account of a customer is known, request the payment of the orders that wait for it."
///
/// The account's events do not say for which order the account was looked up, so the orders of a customer are kept
/// here.
struct BillSaga: Saga {
    static let name = "bills"

    /// What is to be paid for each order whose account is not known yet.
    var open: [String: Decimal] = [:]

    static var behavior: SagaBehavior<BillSaga> {
        Begin(OrderPlaced.self, by: \.customer.name) { order, _ in
            var saga = BillSaga()
            saga.note(order)
            return saga
        }
        React(OrderPlaced.self, by: \.customer.name) { saga, order, _ in saga.note(order) }
        React(AccountCreated.self, by: \.name) { saga, event, context in saga.request(event.accountID, context) }
        React(AccountVerified.self, by: \.name) { saga, event, context in saga.request(event.accountID, context) }
    }

    private mutating func note(_ order: OrderPlaced) {
        if order.customer.isVIP != true { open[order.orderID] = order.total }
    }

    private mutating func request(_ accountID: String, _ context: SagaContext) {
        for (orderID, amount) in open.sorted(by: { $0.key < $1.key }) {
            context.send(RequestPayment(orderID: orderID, accountID: accountID, amount: amount))
        }
        open = [:]
    }
}
