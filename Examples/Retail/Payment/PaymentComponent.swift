import Skein

extension RetailComponents {
    /// Collects payments and returns them.
    static func payment(_ notation: OrderNotation, deadlines: Deadlines) -> Component {
        Component("payment") {
            Publishes(
                PaymentRequested.self, PaymentPartlyCovered.self, PaymentReceived.self, PaymentCanceled.self,
                PaymentRefundRequested.self, PaymentRefunded.self)
            Entities(Payment.self)
            Processes(PaymentProcess(deadlines: deadlines))
            Sagas(RefundSaga.self)
            if notation == .choreography { PaymentPolicies.parts }
        }
    }
}
