import SkeinCore

extension RetailComponents {
    /// Collects payments and returns them.
    static func payment(_ notation: OrderNotation) -> Component {
        Component("payment") {
            Entities(Payment.self)
            Processes(PaymentProcess())
            Sagas(RefundSaga.self)
            if notation == .choreography { PaymentPolicies.parts }
        }
    }
}
