public import Foundation
public import Skein

/// The payment of one order: how much of it is covered, and how it ended.
public struct Payment: Entity, Equatable {
    /// How far a payment has come.
    public enum Status: String, Codable, Sendable {
        case unknown, open, received, canceled, refunding, refunded
    }

    public static let name = "payment"

    /// Where the payment stands.
    public var status = Status.unknown
    /// The order that is paid.
    public var orderID = ""
    /// Whose account and card are used.
    public var accountID = ""
    /// What is to be covered in all.
    public var amount: Decimal = 0
    /// What has been covered so far.
    public var covered: Decimal = 0

    public init() {}

    public static var behavior: EntityBehavior<Payment> {
        Decide(RequestPayment.self, by: { PaymentID.payment(of: $0.orderID) }) { payment, command in
            guard payment.status == .unknown else { return [] }
            return [
                PaymentRequested(
                    paymentID: PaymentID.payment(of: command.orderID), orderID: command.orderID,
                    accountID: command.accountID, amount: command.amount)
            ]
        }
        Decide(CoverPayment.self, by: \.paymentID) { payment, command in
            payment.cover(command)
        }
        Decide(CancelPayment.self, by: \.paymentID) { payment, command in
            payment.cancel(command)
        }
        Decide(RefundPayment.self, by: \.paymentID) { payment, command in
            guard payment.status == .received else { return [] }
            return [PaymentRefundRequested(paymentID: command.paymentID)]
        }
        Decide(ConfirmRefund.self, by: \.paymentID) { payment, command in
            guard payment.status == .refunding else { return [] }
            return [PaymentRefunded(paymentID: command.paymentID, amount: payment.amount)]
        }
        Evolve(PaymentRequested.self) { payment, event in
            (payment.status, payment.orderID) = (.open, event.orderID)
            (payment.accountID, payment.amount) = (event.accountID, event.amount)
        }
        Evolve(PaymentPartlyCovered.self) { payment, event in payment.covered = event.amount }
        Evolve(PaymentReceived.self) { payment, event in
            (payment.status, payment.covered) = (.received, event.amount)
        }
        Evolve(PaymentCanceled.self) { payment, _ in payment.status = .canceled }
        Evolve(PaymentRefundRequested.self) { payment, _ in payment.status = .refunding }
        Evolve(PaymentRefunded.self) { payment, _ in payment.status = .refunded }
    }

    private func cover(_ command: CoverPayment) -> [any Event] {
        guard status == .open else { return [] }
        let sum = covered + command.amount
        guard sum >= amount else { return [PaymentPartlyCovered(paymentID: command.paymentID, amount: sum)] }
        return [
            PaymentReceived(paymentID: command.paymentID, orderID: orderID, accountID: accountID, amount: amount)
        ]
    }

    private func cancel(_ command: CancelPayment) -> [any Event] {
        switch status {
        case .received:
            return [PaymentRefundRequested(paymentID: command.paymentID)]
        case .open where command.isCompensated == true:
            let open = amount - covered
            return [
                PaymentCanceled(paymentID: command.paymentID, orderID: orderID, accountID: accountID, amount: open)
            ]
        case .open, .unknown, .canceled, .refunding, .refunded:
            // While it is open, the process takes the command up: it compensates, and then cancels.
            return []
        }
    }
}
