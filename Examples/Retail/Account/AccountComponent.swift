public import Skein

extension RetailComponents {
    /// Keeps the accounts of customers and answers how they stand.
    public static func account(_ notation: OrderNotation) -> Component {
        Component("account") {
            Publishes(AccountCreated.self, AccountVerified.self, AmountWithdrawn.self, AmountCredited.self)
            Entities(Account.self)
            BalanceProjection.projection
            Answer(AskAccountSummary.self) { query, context in
                let balance = try BalanceProjection.balance(of: query.accountID, in: context.store)
                return AccountSummary(accountID: query.accountID, balance: balance)
            }
            if notation == .choreography { AccountPolicies.parts }
        }
    }
}
