public import Foundation
public import Skein

/// An account with a balance that never falls below 0.
public struct Account: Entity, Equatable {
    public static let name = "account"

    /// Whether the account has been created.
    public var isOpen = false
    /// What can be withdrawn.
    public var balance: Decimal = 0

    public init() {}

    public static var behavior: EntityBehavior<Account> {
        Decide(VerifyOrCreateAccount.self, by: \.name) { account, command in
            guard account.isOpen else { return [AccountCreated(accountID: command.name, name: command.name)] }
            return [AccountVerified(accountID: command.name, name: command.name)]
        }
        Decide(WithdrawAmount.self, by: \.accountID) { account, command in
            [
                AmountWithdrawn(
                    accountID: command.accountID, referenceID: command.referenceID,
                    amount: max(0, min(account.balance, command.amount)))
            ]
        }
        Decide(CreditAmount.self, by: \.accountID) { _, command in
            [
                AmountCredited(
                    accountID: command.accountID, referenceID: command.referenceID, amount: max(0, command.amount))
            ]
        }
        Evolve(AccountCreated.self) { account, _ in account.isOpen = true }
        Evolve(AmountWithdrawn.self) { account, event in account.balance -= event.amount }
        Evolve(AmountCredited.self) { account, event in
            account.isOpen = true
            account.balance += event.amount
        }
    }
}
