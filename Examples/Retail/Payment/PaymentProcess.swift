import Foundation
public import Skein

/// How a payment is collected: from the balance first, the rest from the card, waiting two weeks for a better card.
///
/// Outside, nobody learns about cards, retries and reminders: `payment.request` goes in, and later either
/// `payment.received` or `payment.canceled` comes out.
public struct PaymentProcess: ProcessDefinition {
    // Not `payment`: instances of processes and entities of one component share their names' space.
    public static let name = "paymentProcess"

    public static func key(of start: PaymentRequested) -> String { start.paymentID }

    public static var correlations: [Correlation] { [Correlation(CardDetailsUpdated.self) { $0.accountID }] }

    private let time: BusinessTime

    public init(time: BusinessTime = BusinessTime()) { self.time = time }

    public func run(_ payment: PaymentRequested, _ flow: Flow) async throws {
        let rest = try await withdraw(payment, flow)
        if rest == 0 { return }
        while true {
            let charge = ChargeCard(accountID: payment.accountID, referenceID: payment.paymentID, amount: rest)
            switch try await flow.send(charge, until: CardCharged.self, or: CardFailed.self) {
            case .first:
                let cover = CoverPayment(paymentID: payment.paymentID, amount: rest)
                _ = try await flow.send(cover, until: PaymentReceived.self)
                return
            case .second:
                guard let reason = try await reasonToGiveUp(payment, flow) else { continue }
                return try await cancel(payment, reason, flow)
            }
        }
    }

    /// Takes what the account has.
    ///
    /// - Returns: what is left for the card.
    private func withdraw(_ payment: PaymentRequested, _ flow: Flow) async throws -> Decimal {
        let (account, id) = (payment.accountID, payment.paymentID)
        guard try await flow.ask(AskAccountSummary(accountID: account)).balance > 0 else { return payment.amount }
        let withdrawn = try await flow.send(
            WithdrawAmount(accountID: account, referenceID: id, amount: payment.amount), until: AmountWithdrawn.self,
            undo: { $0.amount > 0 ? CreditAmount(accountID: account, referenceID: id, amount: $0.amount) : nil },
            undone: AmountCredited.self
        ).amount
        let cover = CoverPayment(paymentID: id, amount: withdrawn)
        if withdrawn == payment.amount {
            _ = try await flow.send(cover, until: PaymentReceived.self)
        } else if withdrawn > 0 {
            flow.send(cover)
        }
        return payment.amount - withdrawn
    }

    /// Waits for new details of the card, and reminds its owner meanwhile.
    ///
    /// - Returns: why to wait no longer; `nil` when the card is to be tried again.
    private func reasonToGiveUp(_ payment: PaymentRequested, _ flow: Flow) async throws -> String? {
        let next = try await flow.first(
            of: .message(CardDetailsUpdated.self, for: payment.accountID),
            or: .message(CancelPayment.self, for: payment.paymentID), within: time.span(.days(14)),
            every: time.span(.days(2))
        ) {
            flow.send(RemindOfCardUpdate(accountID: payment.accountID, paymentID: payment.paymentID))
        }
        switch next {
        case .first: return nil
        case .second(let cancel): return cancel.reason
        case nil: return "the card was not updated in time"
        }
    }

    private func cancel(_ payment: PaymentRequested, _ reason: String, _ flow: Flow) async throws {
        try await flow.compensate()
        let cancel = CancelPayment(paymentID: payment.paymentID, reason: reason, isCompensated: true)
        _ = try await flow.send(cancel, until: PaymentCanceled.self)
    }
}
