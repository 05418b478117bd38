import RetailWorld

/// Holds the outside world's own record against a store.
///
/// The record was written by another process before each answer, so it knows what the killed process never learned.
struct Audit {
    /// How many calls one kill can interrupt: the handlers that a component runs at once.
    static let callsInFlight = 64

    private let facts: StoreFacts
    private let kills: Int
    private let worldRestarts: Int
    private let cardCalls: [CallRecord]
    private var summary = AuditSummary()

    static func summary(of facts: StoreFacts, calls: [CallRecord], kills: Int) -> AuditSummary {
        var audit = Audit(facts: facts, calls: calls, kills: kills)
        audit.count()
        audit.checkPayments()
        audit.checkKeys()
        audit.checkCalls()
        audit.checkStore()
        return audit.summary
    }

    private init(facts: StoreFacts, calls: [CallRecord], kills: Int) {
        (self.facts, self.kills) = (facts, kills)
        worldRestarts = max(0, calls.count { $0.service == .start } - 1)
        cardCalls = calls.filter { $0.service == .charge || $0.service == .refund }
    }

    private mutating func fail(_ promise: BrokenPromise.Promise, _ subject: String, _ finding: String) {
        summary.broken.append(BrokenPromise(promise: promise, subject: subject, finding: finding))
    }

    // MARK: Money

    /// Calls that did something, by the payment that they were for.
    private var effects: [String: [CallRecord]] {
        let acting = cardCalls.filter { ($0.result == .charged || $0.result == .refunded) && !$0.repeat }
        return Dictionary(grouping: acting) { $0.reference ?? "" }
    }

    private mutating func checkPayments() {
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
            if charges.count > 1 { fail(.chargedOnce, id, "its card was charged \(charges.count) times") }
            if payment.outcome == .received { countSource(charged: charged, withdrawn: payment.withdrawn) }
        }
        // While a run goes on, the record is newer than what was read of the store.
        guard !facts.isUnderWay else { return }
        for (id, calls) in effects.sorted(by: { $0.key < $1.key }) where facts.payments[id] == nil {
            fail(.knownPayment, id, "\(calls.count) calls were for a payment that the store does not know")
        }
    }

    private mutating func countSource(charged: WorldAmount, withdrawn: WorldAmount) {
        switch (charged > .zero, withdrawn > .zero) {
        case (true, true): summary.payments.fromBoth += 1
        case (true, false): summary.payments.fromCard += 1
        default: summary.payments.fromBalance += 1
        }
    }

    // MARK: Keys and calls

    private func keys(_ service: WorldService) -> Int {
        Set(cardCalls.filter { $0.service == service }.map(\.key)).count
    }

    private mutating func checkKeys() {
        guard !facts.isUnderWay else { return }
        for (service, steps) in [(WorldService.charge, facts.chargeSteps), (.refund, facts.refundSteps)] {
            let keys = keys(service)
            if keys != steps { fail(.oneKeyPerStep, service.rawValue, "\(steps) steps, but \(keys) different keys") }
        }
    }

    private mutating func checkCalls() {
        let interruptions = kills + worldRestarts
        for (key, calls) in Dictionary(grouping: cardCalls, by: \.key).sorted(by: { $0.key < $1.key }) {
            let acting = calls.filter { $0.result.bindsKey && !$0.repeat }
            if acting.count > 1 { fail(.chargedOnce, key, "the key acted \(acting.count) times") }
            if calls.contains(where: { $0.result == .conflict }) {
                fail(.oneKeyPerStep, key, "the key was used for different accounts or amounts")
            }
            let explained = 1 + calls.count { $0.result == .unavailable || $0.answer != .prompt } + interruptions
            if calls.count > explained {
                fail(.explainedCalls, key, "\(calls.count) calls, but failures and kills explain only \(explained)")
            }
        }
        summary.calls.explained =
            summary.calls.keys + summary.calls.failures + summary.calls.lostAnswers + interruptions * Self.callsInFlight
        if cardCalls.count > summary.calls.explained {
            let finding = "\(cardCalls.count) calls, but failures and kills explain only \(summary.calls.explained)"
            fail(.explainedCalls, "all keys", finding)
        }
    }

    // MARK: The store

    private mutating func checkStore() {
        for (id, outcomes) in facts.orders.sorted(by: { $0.key < $1.key }) where outcomes.count > 1 {
            let list = outcomes.map(\.rawValue).joined(separator: ", ")
            fail(.oneOutcome, id, "the order ended \(outcomes.count) times: \(list)")
        }
        for name in facts.stuck { fail(.nothingStuck, name, "runs, and nothing can wake it") }
        for name in facts.parked { fail(.nothingParked, name, "its messages are set aside") }
        for text in facts.incidents { fail(.noIncidents, text, "nobody has resolved the incident") }
        for text in facts.damage { fail(.integrity, "the file", text) }
    }

    // MARK: Counting

    private mutating func count() {
        (summary.kills, summary.worldRestarts) = (kills, worldRestarts)
        summary.messages = facts.messages
        summary.openIncidents = facts.incidents.count
        summary.parkedKeys = facts.parked.count
        summary.stuckInstances = facts.stuck.count
        if !facts.damage.isEmpty { summary.integrity = facts.damage.joined(separator: "; ") }
        for outcomes in facts.orders.values {
            summary.orders.placed += 1
            switch outcomes.first {
            case .fulfilled: summary.orders.fulfilled += 1
            case .notFulfilled: summary.orders.notFulfilled += 1
            case .canceled: summary.orders.canceled += 1
            case nil: summary.orders.open += 1
            }
        }
        for payment in facts.payments.values {
            summary.payments.requested += 1
            switch payment.outcome {
            case .received: summary.payments.received += 1
            case .canceled: summary.payments.canceled += 1
            case .refunded: summary.payments.refunded += 1
            case .open: summary.payments.open += 1
            }
        }
        countCalls()
    }

    private mutating func countCalls() {
        summary.calls.received = cardCalls.count
        summary.calls.keys = keys(.charge) + keys(.refund)
        for call in cardCalls {
            if call.result == .unavailable { summary.calls.failures += 1 }
            if call.answer != .prompt { summary.calls.lostAnswers += 1 }
            if call.repeat { summary.calls.repeats += 1 }
            guard !call.repeat else { continue }
            switch call.result {
            case .charged:
                summary.calls.cardsCharged += 1
                summary.calls.moneyCharged += call.amount
            case .refunded:
                summary.calls.cardsRefunded += 1
                summary.calls.moneyRefunded += call.amount
            case .declined: summary.calls.cardsDeclined += 1
            default: break
            }
        }
    }
}
