import Foundation
import Skein

/// Remembers where each portion of a payment came from, and returns it there when the payment is refunded.
struct RefundSaga: Saga {
    static let name = "refund"

    var accountID: String
    var withdrawn: Decimal = 0
    var charged: Decimal = 0
    var isRefunding = false

    static var behavior: SagaBehavior<RefundSaga> {
        Begin(PaymentRequested.self, by: \.paymentID) { event, _ in RefundSaga(accountID: event.accountID) }
        React(AmountWithdrawn.self, by: \.referenceID) { saga, event, _ in saga.withdrawn += event.amount }
        React(CardCharged.self, by: \.referenceID) { saga, event, _ in saga.charged += event.amount }
        React(PaymentRefundRequested.self, by: \.paymentID) { saga, event, context in
            saga.isRefunding = true
            saga.refund(event.paymentID, context)
        }
        React(AmountCredited.self, by: \.referenceID) { saga, event, context in
            saga.withdrawn -= event.amount
            saga.confirmIfComplete(event.referenceID, context)
        }
        React(CardRefunded.self, by: \.referenceID) { saga, event, context in
            saga.charged -= event.amount
            saga.confirmIfComplete(event.referenceID, context)
        }
        React(PaymentCanceled.self, by: \.paymentID) { _, _, context in context.end() }
    }

    private func refund(_ paymentID: String, _ context: SagaContext) {
        if charged > 0 {
            context.send(RefundCard(accountID: accountID, referenceID: paymentID, amount: charged))
        }
        if withdrawn > 0 {
            context.send(CreditAmount(accountID: accountID, referenceID: paymentID, amount: withdrawn))
        }
        confirmIfComplete(paymentID, context)
    }

    private func confirmIfComplete(_ paymentID: String, _ context: SagaContext) {
        guard isRefunding, withdrawn == 0, charged == 0 else { return }
        context.send(ConfirmRefund(paymentID: paymentID))
        context.end()
    }
}
