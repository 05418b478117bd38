public import Foundation
public import SkeinMacros

/// Asks for the payment of an order: later it is either received or canceled.
@Command("payment.request", subject: \.orderID)
public struct RequestPayment: Hashable {
    public var orderID: String
    public var accountID: String
    public var amount: Decimal
}

/// Adds an amount to what is covered of a payment.
@Command("payment.cover", subject: \.paymentID)
public struct CoverPayment: Hashable {
    public var paymentID: String
    public var amount: Decimal
}

/// Gives a payment up.
///
/// One from outside makes a payment that waits for a card compensate first, and refunds one that was received.
@Command("payment.cancel", subject: \.paymentID)
public struct CancelPayment: Hashable {
    public var paymentID: String
    public var reason: String
    /// Set by the payment process alone: what was withdrawn has been credited again, so the payment can end.
    public var isCompensated: Bool?
}

/// Returns each portion of a received payment to where it came from.
@Command("payment.refund", subject: \.paymentID)
public struct RefundPayment: Hashable {
    public var paymentID: String
}

/// Says that every portion has been returned. Sent by the payment component to itself.
@Command("payment.confirmRefund", subject: \.paymentID)
public struct ConfirmRefund: Hashable {
    public var paymentID: String
}

/// A payment has begun.
@Event("payment.requested", subject: \.paymentID)
public struct PaymentRequested: Hashable {
    public var paymentID: String
    public var orderID: String
    public var accountID: String
    public var amount: Decimal
}

/// A part is covered; the amount is the sum of all parts so far.
@Event("payment.partlyCovered", subject: \.paymentID)
public struct PaymentPartlyCovered: Hashable {
    public var paymentID: String
    public var amount: Decimal
}

/// The whole amount is covered.
@Event("payment.received", subject: \.paymentID)
public struct PaymentReceived: Hashable {
    public var paymentID: String
    public var orderID: String
    public var accountID: String
    public var amount: Decimal
}

/// The payment has ended without success; the amount is what was never covered.
@Event("payment.canceled", subject: \.paymentID)
public struct PaymentCanceled: Hashable {
    public var paymentID: String
    public var orderID: String
    public var accountID: String
    public var amount: Decimal
}

/// A received payment is to be returned. Of interest to the payment component alone.
@Event("payment.refundRequested", subject: \.paymentID)
public struct PaymentRefundRequested: Hashable {
    public var paymentID: String
}

/// Every portion is back where it came from.
@Event("payment.refunded", subject: \.paymentID)
public struct PaymentRefunded: Hashable {
    public var paymentID: String
    public var amount: Decimal
}
