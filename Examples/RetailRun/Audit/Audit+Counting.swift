import RetailWorld

extension Audit {
    /// What people and programs want to know whether or not all is well.
    mutating func count() {
        (summary.kills, summary.failedRuns, summary.worldRestarts) = (kills, failedRuns, worldRestarts)
        (summary.messages, summary.isUnderWay) = (facts.messages, facts.owner != nil)
        summary.openIncidents = facts.incidents.count
        summary.parkedKeys = facts.parked.count
        summary.stuckInstances = facts.stuck.count
        summary.unreadableMessages = facts.unreadable.count
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
        summary.calls.keys = Set(cardCalls.map(\.name)).count
        for (name, calls) in Dictionary(grouping: cardCalls, by: \.name) {
            let givenUp = facts.givenUp[name, default: 0]
            summary.calls.givenUp += givenUp
            summary.calls.unanswered += max(givenUp, calls.count { $0.answer != .prompt })
        }
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
        for call in calls where call.isActing {
            if call.service == .pick { summary.picks += 1 }
            if call.service == .ship { summary.shipments += 1 }
        }
    }
}
