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

    private let deadlines: Deadlines

    public init(deadlines: Deadlines = Deadlines()) { self.deadlines = deadlines }

    public func run(_ payment: PaymentRequested, _ flow: Flow) async throws {
        let rest = try await withdraw(payment, flow)
        if rest == 0 { return }
        while try await !charge(rest, for: payment, flow) {
            if case .giveUp(let reason) = try await nextStep(payment, flow) {
                return try await cancel(payment, reason, flow)
            }
        }
        let cover = CoverPayment(paymentID: payment.paymentID, amount: rest)
        try await flow.request(cover, expecting: PaymentReceived.self)
    }

    /// Takes what the account has.
    ///
    /// - Returns: what is left for the card.
    private func withdraw(_ payment: PaymentRequested, _ flow: Flow) async throws -> Decimal {
        let (account, id) = (payment.accountID, payment.paymentID)
        guard try await flow.ask(AskAccountSummary(accountID: account)).balance > 0 else { return payment.amount }
        let withdrawn = try await flow.request(
            WithdrawAmount(accountID: account, referenceID: id, amount: payment.amount),
            expecting: AmountWithdrawn.self,
            undo: { $0.amount > 0 ? CreditAmount(accountID: account, referenceID: id, amount: $0.amount) : nil },
            confirmedBy: AmountCredited.self
        ).amount
        let cover = CoverPayment(paymentID: id, amount: withdrawn)
        if withdrawn == payment.amount {
            try await flow.request(cover, expecting: PaymentReceived.self)
        } else if withdrawn > 0 {
            flow.send(cover)
        }
        return payment.amount - withdrawn
    }

    private func charge(_ amount: Decimal, for payment: PaymentRequested, _ flow: Flow) async throws -> Bool {
        let charge = ChargeCard(accountID: payment.accountID, referenceID: payment.paymentID, amount: amount)
        return try await flow.request(charge) {
            Reply(CardCharged.self) { _ in true }
            Reply(CardFailed.self) { _ in false }
        }
    }

    private enum NextStep {
        case tryAgain
        case giveUp(String)
    }

    /// Waits for new details of the card, and reminds its owner meanwhile.
    private func nextStep(_ payment: PaymentRequested, _ flow: Flow) async throws -> NextStep {
        let (limit, pause) = (deadlines.cardUpdate, deadlines.cardReminder)
        let next: NextStep? = try await flow.wait(until: limit, reminding: .every(pause)) {
            On(CardDetailsUpdated.self, for: payment.accountID) { _ in .tryAgain }
            On(CancelPayment.self, for: payment.paymentID) { .giveUp($0.reason) }
        } onReminder: {
            flow.send(RemindOfCardUpdate(accountID: payment.accountID, paymentID: payment.paymentID))
        }
        return next ?? .giveUp("the card was not updated in time")
    }

    private func cancel(_ payment: PaymentRequested, _ reason: String, _ flow: Flow) async throws {
        try await flow.compensate()
        let cancel = CancelPayment(paymentID: payment.paymentID, reason: reason, isCompensated: true)
        try await flow.request(cancel, expecting: PaymentCanceled.self)
    }
}
