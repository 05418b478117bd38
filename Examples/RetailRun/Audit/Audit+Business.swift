import RetailServices
import RetailWorld

extension Audit {
    /// Charges and refunds that did something, by the payment that they were for.
    private var effects: [String: [CallRecord]] {
        let acting = cardCalls.filter { $0.isActing && $0.result != .declined }
        return Dictionary(grouping: acting) { $0.reference ?? "" }
    }

    /// Money: each payment that was received has brought its amount, each other one nothing.
    mutating func checkPayments() {
        let effects = effects
        for (id, payment) in facts.payments.sorted(by: { $0.key < $1.key }) {
            let charges = (effects[id] ?? []).filter { $0.result == .charged }
            let charged = charges.reduce(.zero) { $0 + $1.amount }
            let refunded = (effects[id] ?? []).filter { $0.result == .refunded }.reduce(.zero) { $0 + $1.amount }
            let kept = charged - refunded + payment.withdrawn - payment.credited
            let text =
                "charged \(charged), refunded \(refunded), withdrawn \(payment.withdrawn), "
                + "credited \(payment.credited)"
            switch payment.outcome {
            case .received where kept != payment.amount:
                fail(.paidExactly, id, "received \(payment.amount), but \(text)")
            case .canceled where kept != .zero, .refunded where kept != .zero:
                fail(.nothingKept, id, "\(payment.outcome.rawValue), but \(text)")
            default: break
            }
            checkTold(id, payment)
            if payment.outcome == .received, kept != .zero, let order = orderWithoutGoods(id) {
                fail(.nothingKept, id, "its order \(order) was given up, but \(text)")
            }
            if payment.outcome == .open, isForsaken(id) {
                fail(.nothingStuck, id, "the payment has no outcome, and nothing is left that could give it one")
            }
            if charges.count > 1 { fail(.chargedOnce, id, "its card was charged \(charges.count) times") }
            if payment.outcome == .received { countSource(charged: charged, withdrawn: payment.withdrawn) }
        }
        for (id, calls) in effects.sorted(by: { $0.key < $1.key }) where facts.payments[id] == nil {
            let finding = "\(Counted(calls.count, "call")) acted for a payment that the store does not know"
            fail(.knownPayment, id, finding)
        }
    }

    /// What the outcome says itself: the whole amount was received or given back, or what was never covered is
    /// canceled.
    private mutating func checkTold(_ id: String, _ payment: PaymentFacts) {
        guard let told = payment.told else { return }
        let due = payment.outcome == .canceled ? payment.amount - payment.withdrawn : payment.amount
        guard payment.outcome != .open, told != due else { return }
        fail(.paidExactly, id, "it is said to be \(payment.outcome.rawValue) with \(told), but it was \(due)")
    }

    /// The order that a payment was for, where it has come to nothing and nothing goes on about it.
    private func orderWithoutGoods(_ payment: String) -> String? {
        let order = PaymentID.order(of: payment)
        guard let outcome = facts.orders[order]?.first, outcome != .fulfilled, isForsaken(order), isForsaken(payment)
        else { return nil }
        return order
    }

    /// Whether nothing is left that could go on with an order or a payment.
    private func isForsaken(_ key: String) -> Bool { facts.isSettled && !facts.underWay.contains(key) }

    private mutating func countSource(charged: WorldAmount, withdrawn: WorldAmount) {
        switch (charged > .zero, withdrawn > .zero) {
        case (true, true): summary.payments.fromBoth += 1
        case (true, false): summary.payments.fromCard += 1
        default: summary.payments.fromBalance += 1
        }
    }

    /// Goods: what was fulfilled was picked and shipped, and nothing was picked or shipped twice.
    mutating func checkGoods() {
        let acting = Dictionary(grouping: calls.filter(\.isActing)) { $0.step }
        for (id, outcomes) in facts.orders.sorted(by: { $0.key < $1.key }) {
            if outcomes.isEmpty, isForsaken(id) {
                fail(.nothingStuck, id, "the order has no outcome, and nothing is left that could give it one")
            }
            for (service, thing) in [(WorldService.pick, "pick"), (.ship, "shipment")] {
                let count = acting[StepName(service: service, reference: id)]?.count ?? 0
                if count > 1 {
                    fail(.deliveredOnce, id, "the world's record has \(Counted(count, thing))")
                } else if count == 0, outcomes.contains(.fulfilled) {
                    fail(.deliveredOnce, id, "the order was fulfilled, but the world's record has no \(thing)")
                }
            }
        }
    }
}
