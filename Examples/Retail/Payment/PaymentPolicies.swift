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
/// here, each with its correlation id, which the account's event has too. Order and account may be in processes of
/// their own; then the account may be heard of first.
struct BillSaga: Saga {
    /// What is to be paid for an order.
    struct Bill: Codable {
        var orderID: String
        /// `nil` for a customer who pays later.
        var amount: Decimal?
    }

    static let name = "bills"
    /// How many accounts are kept that no order has asked for yet: they are looked up without an order too.
    private static let findingLimit = 100

    /// The orders whose account is not known yet, by correlation id.
    var open: [String: Bill] = [:]
    /// The accounts whose order is not heard of yet.
    var found: [Finding] = []

    struct Finding: Codable {
        var correlationID: String
        var accountID: String
    }

    static var behavior: SagaBehavior<BillSaga> {
        Begin(OrderPlaced.self, by: \.customer.name) { order, context in BillSaga().noting(order, context) }
        Begin(AccountCreated.self, by: \.name) { event, context in BillSaga().noting(event.accountID, context) }
        Begin(AccountVerified.self, by: \.name) { event, context in BillSaga().noting(event.accountID, context) }
        React(OrderPlaced.self, by: \.customer.name) { saga, order, context in saga = saga.noting(order, context) }
        React(AccountCreated.self, by: \.name) { saga, event, context in
            saga = saga.noting(event.accountID, context)
        }
        React(AccountVerified.self, by: \.name) { saga, event, context in
            saga = saga.noting(event.accountID, context)
        }
    }

    private func noting(_ order: OrderPlaced, _ context: SagaContext) -> BillSaga {
        var saga = self
        let id = context.correlationID
        let bill = Bill(orderID: order.orderID, amount: order.customer.isVIP == true ? nil : order.total)
        if let index = found.firstIndex(where: { $0.correlationID == id }) {
            Self.request(bill, of: saga.found.remove(at: index).accountID, context)
        } else {
            saga.open[id] = bill
        }
        return saga
    }

    private func noting(_ accountID: String, _ context: SagaContext) -> BillSaga {
        var saga = self
        let id = context.correlationID
        if let bill = saga.open.removeValue(forKey: id) {
            Self.request(bill, of: accountID, context)
        } else {
            saga.found = (found + [Finding(correlationID: id, accountID: accountID)]).suffix(Self.findingLimit)
        }
        return saga
    }

    private static func request(_ bill: Bill, of accountID: String, _ context: SagaContext) {
        guard let amount = bill.amount else { return }
        context.send(RequestPayment(orderID: bill.orderID, accountID: accountID, amount: amount))
    }
}

extension SagaContext {
    fileprivate var correlationID: String { envelope?.correlationID.rawValue ?? "" }
}
