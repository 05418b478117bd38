#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import SkeinMacros

/// Asks for the payment of an order: later it is either received or canceled.
@Command("payment.request", subject: \.orderID)
public struct RequestPayment: Hashable {
    /// The order in question.
    public var orderID: String
    /// The account in question.
    public var accountID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(orderID: String, accountID: String, amount: Decimal) {
        (self.orderID, self.accountID, self.amount) = (orderID, accountID, amount)
    }
}

/// Adds an amount to what is covered of a payment.
@Command("payment.cover", subject: \.paymentID)
public struct CoverPayment: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(paymentID: String, amount: Decimal) {
        (self.paymentID, self.amount) = (paymentID, amount)
    }
}

/// Gives a payment up.
///
/// One from outside makes a payment that waits for a card compensate first, and refunds one that was received.
@Command("payment.cancel", subject: \.paymentID)
public struct CancelPayment: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// In words, for people.
    public var reason: String
    /// Set by the payment process alone: what was withdrawn has been credited again, so the payment can end.
    public var isCompensated: Bool?

    public init(paymentID: String, reason: String, isCompensated: Bool? = nil) {
        (self.paymentID, self.reason, self.isCompensated) = (paymentID, reason, isCompensated)
    }
}

/// Returns each portion of a received payment to where it came from.
@Command("payment.refund", subject: \.paymentID)
public struct RefundPayment: Hashable {
    /// The payment in question.
    public var paymentID: String

    public init(paymentID: String) {
        self.paymentID = paymentID
    }
}

/// Says that every portion has been returned. Sent by the payment component to itself.
@Command("payment.confirmRefund", subject: \.paymentID)
public struct ConfirmRefund: Hashable {
    /// The payment in question.
    public var paymentID: String

    public init(paymentID: String) {
        self.paymentID = paymentID
    }
}

/// A payment has begun.
@Event("payment.requested", subject: \.paymentID)
public struct PaymentRequested: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// The order in question.
    public var orderID: String
    /// The account in question.
    public var accountID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(paymentID: String, orderID: String, accountID: String, amount: Decimal) {
        (self.paymentID, self.orderID, self.accountID, self.amount) = (paymentID, orderID, accountID, amount)
    }
}

/// A part is covered; the amount is the sum of all parts so far.
@Event("payment.partlyCovered", subject: \.paymentID)
public struct PaymentPartlyCovered: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(paymentID: String, amount: Decimal) {
        (self.paymentID, self.amount) = (paymentID, amount)
    }
}

/// The whole amount is covered.
@Event("payment.received", subject: \.paymentID)
public struct PaymentReceived: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// The order in question.
    public var orderID: String
    /// The account in question.
    public var accountID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(paymentID: String, orderID: String, accountID: String, amount: Decimal) {
        (self.paymentID, self.orderID, self.accountID, self.amount) = (paymentID, orderID, accountID, amount)
    }
}

/// The payment has ended without success; the amount is what was never covered.
@Event("payment.canceled", subject: \.paymentID)
public struct PaymentCanceled: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// The order in question.
    public var orderID: String
    /// The account in question.
    public var accountID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(paymentID: String, orderID: String, accountID: String, amount: Decimal) {
        (self.paymentID, self.orderID, self.accountID, self.amount) = (paymentID, orderID, accountID, amount)
    }
}

/// A received payment is to be returned. Of interest to the payment component alone.
@Event("payment.refundRequested", subject: \.paymentID)
public struct PaymentRefundRequested: Hashable {
    /// The payment in question.
    public var paymentID: String

    public init(paymentID: String) {
        self.paymentID = paymentID
    }
}

/// Every portion is back where it came from.
@Event("payment.refunded", subject: \.paymentID)
public struct PaymentRefunded: Hashable {
    /// The payment in question.
    public var paymentID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(paymentID: String, amount: Decimal) {
        (self.paymentID, self.amount) = (paymentID, amount)
    }
}
