public import Foundation
public import SkeinMacros

/// Charges the card of an account.
@Command("card.charge", subject: \.accountID)
public struct ChargeCard: Hashable {
    public var accountID: String
    /// The id of the payment that the amount is for; so in all messages of this file.
    public var referenceID: String
    public var amount: Decimal
}

/// Returns a charge to the card of an account.
@Command("card.refund", subject: \.accountID)
public struct RefundCard: Hashable {
    public var accountID: String
    public var referenceID: String
    public var amount: Decimal
}

/// Takes over new details of an account's card.
@Command("card.updateDetails", subject: \.accountID)
public struct UpdateCardDetails: Hashable {
    public var accountID: String
}

/// Asks the owner of an account to update the card.
@Command("card.remind", subject: \.accountID)
public struct RemindOfCardUpdate: Hashable {
    public var accountID: String
    public var paymentID: String
}

/// The card has been charged.
@Event("card.charged", subject: \.accountID)
public struct CardCharged: Hashable {
    public var accountID: String
    public var referenceID: String
    public var amount: Decimal
}

/// The card was declined.
@Event("card.failed", subject: \.accountID)
public struct CardFailed: Hashable {
    public var accountID: String
    public var referenceID: String
    public var reason: String
}

/// The amount is back on the card.
@Event("card.refunded", subject: \.accountID)
public struct CardRefunded: Hashable {
    public var accountID: String
    public var referenceID: String
    public var amount: Decimal
}

/// The account has new card details; whoever waits for them may try again.
@Event("card.detailsUpdated", subject: \.accountID)
public struct CardDetailsUpdated: Hashable {
    public var accountID: String
}

/// The owner of the account has been asked to update the card.
@Event("card.updateReminded", subject: \.accountID)
public struct CardUpdateReminded: Hashable {
    public var accountID: String
    public var paymentID: String
}
