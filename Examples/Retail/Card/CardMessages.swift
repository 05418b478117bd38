#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import SkeinMacros

/// Charges the card of an account.
@Command("card.charge", subject: \.accountID)
public struct ChargeCard: Hashable {
    /// The account in question.
    public var accountID: String
    /// What the amount is for: the id of the payment.
    public var referenceID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(accountID: String, referenceID: String, amount: Decimal) {
        (self.accountID, self.referenceID, self.amount) = (accountID, referenceID, amount)
    }
}

/// Returns a charge to the card of an account.
@Command("card.refund", subject: \.accountID)
public struct RefundCard: Hashable {
    /// The account in question.
    public var accountID: String
    /// What the amount is for: the id of the payment.
    public var referenceID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(accountID: String, referenceID: String, amount: Decimal) {
        (self.accountID, self.referenceID, self.amount) = (accountID, referenceID, amount)
    }
}

/// Takes over new details of an account's card.
@Command("card.updateDetails", subject: \.accountID)
public struct UpdateCardDetails: Hashable {
    /// The account in question.
    public var accountID: String

    public init(accountID: String) {
        self.accountID = accountID
    }
}

/// Asks the owner of an account to update the card.
@Command("card.remind", subject: \.accountID)
public struct RemindOfCardUpdate: Hashable {
    /// The account in question.
    public var accountID: String
    /// The payment in question.
    public var paymentID: String

    public init(accountID: String, paymentID: String) {
        (self.accountID, self.paymentID) = (accountID, paymentID)
    }
}

/// The card has been charged.
@Event("card.charged", subject: \.accountID)
public struct CardCharged: Hashable {
    /// The account in question.
    public var accountID: String
    /// What the amount is for: the id of the payment.
    public var referenceID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(accountID: String, referenceID: String, amount: Decimal) {
        (self.accountID, self.referenceID, self.amount) = (accountID, referenceID, amount)
    }
}

/// The card was declined.
@Event("card.failed", subject: \.accountID)
public struct CardFailed: Hashable {
    /// The account in question.
    public var accountID: String
    /// What the amount is for: the id of the payment.
    public var referenceID: String
    /// In words, for people.
    public var reason: String

    public init(accountID: String, referenceID: String, reason: String) {
        (self.accountID, self.referenceID, self.reason) = (accountID, referenceID, reason)
    }
}

/// The amount is back on the card.
@Event("card.refunded", subject: \.accountID)
public struct CardRefunded: Hashable {
    /// The account in question.
    public var accountID: String
    /// What the amount is for: the id of the payment.
    public var referenceID: String
    /// Exact, and never negative.
    public var amount: Decimal

    public init(accountID: String, referenceID: String, amount: Decimal) {
        (self.accountID, self.referenceID, self.amount) = (accountID, referenceID, amount)
    }
}

/// The account has new card details; whoever waits for them may try again.
@Event("card.detailsUpdated", subject: \.accountID)
public struct CardDetailsUpdated: Hashable {
    /// The account in question.
    public var accountID: String

    public init(accountID: String) {
        self.accountID = accountID
    }
}

/// The owner of the account has been asked to update the card.
@Event("card.updateReminded", subject: \.accountID)
public struct CardUpdateReminded: Hashable {
    /// The account in question.
    public var accountID: String
    /// The payment in question.
    public var paymentID: String

    public init(accountID: String, paymentID: String) {
        (self.accountID, self.paymentID) = (accountID, paymentID)
    }
}
