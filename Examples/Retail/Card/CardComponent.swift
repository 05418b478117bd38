import Skein

extension RetailComponents {
    /// Charges cards through the gateway, and reminds their owners.
    static func card(_ world: any OutsideWorld) -> Component {
        Component("card") {
            Publishes(
                CardCharged.self, CardFailed.self, CardRefunded.self, CardDetailsUpdated.self, CardUpdateReminded.self)
            Handle(ChargeCard.self) { command, context in
                do {
                    try await world.cards.charge(
                        account: command.accountID, amount: command.amount, reference: command.referenceID,
                        key: context.idempotencyKey)
                    try context.publish(
                        CardCharged(
                            accountID: command.accountID, referenceID: command.referenceID, amount: command.amount))
                } catch let declined as CardDeclined {
                    try context.publish(
                        CardFailed(
                            accountID: command.accountID, referenceID: command.referenceID, reason: declined.reason))
                }
            }
            Handle(RefundCard.self) { command, context in
                try await world.cards.refund(
                    account: command.accountID, amount: command.amount, reference: command.referenceID,
                    key: context.idempotencyKey)
                try context.publish(
                    CardRefunded(
                        accountID: command.accountID, referenceID: command.referenceID, amount: command.amount))
            }
            Handle(UpdateCardDetails.self) { command, context in
                try context.publish(CardDetailsUpdated(accountID: command.accountID))
            }
            Handle(RemindOfCardUpdate.self) { command, context in
                try await world.mail.remind(
                    account: command.accountID, payment: command.paymentID, key: context.idempotencyKey)
                try context.publish(CardUpdateReminded(accountID: command.accountID, paymentID: command.paymentID))
            }
        }
    }
}
