public import Foundation
public import SkeinMacros

/// Finds the account of a name, or opens one; the name is the id of the account.
@Command("account.verifyOrCreate", subject: \.name)
public struct VerifyOrCreateAccount: Hashable {
    public var name: String
}

/// Debits what is asked for, at most the balance.
@Command("account.withdraw", subject: \.accountID)
public struct WithdrawAmount: Hashable {
    public var accountID: String
    /// The id of the payment that the amount is for; so in all messages of this file.
    public var referenceID: String
    public var amount: Decimal
}

/// Credits an account, which is opened if need be.
@Command("account.credit", subject: \.accountID)
public struct CreditAmount: Hashable {
    public var accountID: String
    public var referenceID: String
    public var amount: Decimal
}

/// There is an account now that was not there before.
@Event("account.created", subject: \.accountID)
public struct AccountCreated: Hashable {
    public var accountID: String
    public var name: String
}

/// The account was there already.
@Event("account.verified", subject: \.accountID)
public struct AccountVerified: Hashable {
    public var accountID: String
    public var name: String
}

/// The balance has fallen by the amount, which may be less than was asked for, and 0.
@Event("account.amountWithdrawn", subject: \.accountID)
public struct AmountWithdrawn: Hashable {
    public var accountID: String
    public var referenceID: String
    public var amount: Decimal
}

/// The balance has risen by the amount.
@Event("account.amountCredited", subject: \.accountID)
public struct AmountCredited: Hashable {
    public var accountID: String
    public var referenceID: String
    public var amount: Decimal
}

/// Asks how an account stands.
@Query("account.summary", answer: AccountSummary.self, subject: \.accountID)
public struct AskAccountSummary: Hashable {
    public var accountID: String
}

/// How an account stands, as far as its read model has come.
@Document("account.summaryAnswer", subject: \.accountID)
public struct AccountSummary: Hashable {
    public var accountID: String
    /// 0 for an account that nobody has opened.
    public var balance: Decimal
}
