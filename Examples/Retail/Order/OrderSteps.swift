import Skein

/// The steps of an order, which its versions put in different sequences. A step that fails has ended the order when it
/// returns.
struct OrderSteps {
    private let order: OrderPlaced
    private let flow: Flow
    private let deadlines: Deadlines

    init(_ order: OrderPlaced, _ flow: Flow, _ deadlines: Deadlines) {
        (self.order, self.flow, self.deadlines) = (order, flow, deadlines)
    }

    /// Messages of the payment are about the payment first; they name the order too.
    static var correlations: [Correlation] {
        [
            Correlation(PaymentRequested.self) { $0.orderID },
            Correlation(PaymentReceived.self) { $0.orderID },
            Correlation(PaymentCanceled.self) { $0.orderID },
        ]
    }

    /// Finds or opens the customer's account.
    func findAccount() async throws -> String {
        let command = VerifyOrCreateAccount(name: order.customer.name)
        return try await flow.request(command) {
            Reply(AccountCreated.self) { $0.accountID }
            Reply(AccountVerified.self) { $0.accountID }
        }
    }

    /// Collects the payment, which a later failure refunds; VIP customers get an invoice instead.
    func collectPayment(from account: String) async throws -> Bool {
        if order.customer.isVIP == true { return true }
        let deadline = flow.now.advanced(by: deadlines.payment)
        let request = RequestPayment(orderID: order.orderID, accountID: account, amount: order.total)
        guard let payment = try await flow.request(request, expecting: PaymentRequested.self, until: deadline) else {
            flow.publish(OrderCanceled(orderID: order.orderID, reason: OrderFailure.noPayment))
            try await cancelPayment(flow.wait(for: PaymentRequested.self, key: order.orderID).paymentID)
            return false
        }
        let isPaid = try await flow.wait(until: deadline) {
            On(PaymentReceived.self, for: order.orderID) { _ in true }
            On(PaymentCanceled.self, for: order.orderID) { _ in false }
        }
        switch isPaid {
        case true?:
            let refund = RefundPayment(paymentID: payment.paymentID)
            flow.onCompensation(request: refund, expecting: PaymentRefunded.self, for: payment.paymentID)
            return true
        case false?:
            try await giveUp(OrderFailure.paymentCanceled)
            return false
        case nil:
            flow.send(CancelPayment(paymentID: payment.paymentID, reason: OrderFailure.noPayment))
            flow.publish(OrderCanceled(orderID: order.orderID, reason: OrderFailure.noPayment))
            try await awaitLastWord(of: payment.paymentID)
            return false
        }
    }

    /// Has the goods fetched.
    ///
    /// - Returns: the pick; `nil` when it took too long, and everything has been undone.
    func fetchGoods() async throws -> String? {
        let command = FetchGoods(orderID: order.orderID, items: order.items)
        if let fetched = try await flow.request(command, expecting: GoodsFetched.self, until: deadlines.goods) {
            return fetched.pickID
        }
        try await giveUp(OrderFailure.noGoods)
        return nil
    }

    /// Has the goods shipped, and closes the order.
    func ship(_ pick: String) async throws {
        let command = ShipGoods(orderID: order.orderID, pickID: pick, recipient: order.customer)
        guard try await flow.request(command, expecting: GoodsShipped.self, until: deadlines.shipment) != nil else {
            return try await giveUp(OrderFailure.noShipment)
        }
        flow.send(FinishOrder(orderID: order.orderID))
    }

    private func giveUp(_ reason: String) async throws {
        try await flow.compensate()
        flow.publish(OrderNotFulfilled(orderID: order.orderID, reason: reason))
    }

    private func cancelPayment(_ paymentID: String) async throws {
        flow.send(CancelPayment(paymentID: paymentID, reason: OrderFailure.noPayment))
        try await awaitLastWord(of: paymentID)
    }

    /// Waits for the outcome of a canceled payment: the money may have been on its way. There is no time limit, because
    /// every payment publishes an outcome in the end, and nobody else would return the money.
    private func awaitLastWord(of paymentID: String) async throws {
        let isReceived = try await flow.wait {
            On(PaymentReceived.self, for: order.orderID) { _ in true }
            On(PaymentCanceled.self, for: order.orderID) { _ in false }
        }
        if isReceived { flow.send(RefundPayment(paymentID: paymentID)) }
    }
}
