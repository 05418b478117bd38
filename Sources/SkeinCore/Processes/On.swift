import SkeinStorage

/// One arm of a wait: a message type with a correlation key, and what comes of the message.
///
/// ```swift
/// let next: NextStep? = try await flow.wait(until: deadline) {
///     On(CardDetailsUpdated.self, for: payment.accountID) { _ in .tryAgain }
///     On(CancelPayment.self, for: payment.paymentID) { .giveUp($0.reason) }
/// }
/// ```
public struct On<Outcome> {
    let arm: Arm<Outcome>

    /// - Parameters:
    ///   - key: compared with the ``Correlation`` of the type, or else with the message's subject.
    ///   - body: runs in the process once the message has come, and may use its ``Flow``.
    public init<Awaited: Message>(
        _ type: Awaited.Type, for key: String, _ body: @escaping (Awaited) async throws -> Outcome
    ) {
        arm = Arm(type: type, key: key) { try await body($0.decoded(as: type, coder: $1)) }
    }

    /// The message itself is the outcome.
    public init(_ type: Outcome.Type, for key: String) where Outcome: Message {
        arm = Arm(type: type, key: key) { try $0.decoded(as: type, coder: $1) }
    }
}

/// What a process waits for, and what comes of it.
struct Arm<Outcome> {
    let type: any Message.Type
    /// `nil` for a message that is caused by the one just sent.
    let key: String?
    let body: (LogRecord, PayloadCoder) async throws -> Outcome
}
