#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import SkeinMacros

/// Finds the account of a name, or opens one; the name is the id of the account.
@Command("account.verifyOrCreate", subject: \.name)
public struct VerifyOrCreateAccount: Hashable {
    /// The name that the customer goes by.
    public var name: String

    public init(name: String) {
        self.name = name
    }
}

/// Debits what is asked for, at most the balance.
@Command("account.withdraw", subject: \.accountID)
public struct WithdrawAmount: Hashable {
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

/// Credits an account, which is opened if need be.
@Command("account.credit", subject: \.accountID)
public struct CreditAmount: Hashable {
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

/// There is an account now that was not there before.
@Event("account.created", subject: \.accountID)
public struct AccountCreated: Hashable {
    /// The account in question.
    public var accountID: String
    /// The name that the customer goes by.
    public var name: String

    public init(accountID: String, name: String) {
        (self.accountID, self.name) = (accountID, name)
    }
}

/// The account was there already.
@Event("account.verified", subject: \.accountID)
public struct AccountVerified: Hashable {
    /// The account in question.
    public var accountID: String
    /// The name that the customer goes by.
    public var name: String

    public init(accountID: String, name: String) {
        (self.accountID, self.name) = (accountID, name)
    }
}

/// The balance has fallen by the amount, which may be less than was asked for, and 0.
@Event("account.amountWithdrawn", subject: \.accountID)
public struct AmountWithdrawn: Hashable {
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

/// The balance has risen by the amount.
@Event("account.amountCredited", subject: \.accountID)
public struct AmountCredited: Hashable {
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

/// Asks how an account stands.
@Query("account.summary", answer: AccountSummary.self, subject: \.accountID)
public struct AskAccountSummary: Hashable {
    /// The account in question.
    public var accountID: String

    public init(accountID: String) {
        self.accountID = accountID
    }
}

/// How an account stands, as far as its read model has come.
@Document("account.summaryAnswer", subject: \.accountID)
public struct AccountSummary: Hashable {
    /// The account in question.
    public var accountID: String
    /// 0 for an account that nobody has opened.
    public var balance: Decimal

    public init(accountID: String, balance: Decimal) {
        (self.accountID, self.balance) = (accountID, balance)
    }
}
