/// One of the events that a command may cause, and what comes of it.
///
/// ```swift
/// let isCharged = try await flow.request(charge) {
///     Reply(CardCharged.self) { _ in true }
///     Reply(CardFailed.self) { _ in false }
/// }
/// ```
public struct Reply<Outcome> {
    let arm: Arm<Outcome>

    /// - Parameter body: runs in the process once the event has come, and may use its ``Flow``.
    public init<Answer: Event>(_ type: Answer.Type, _ body: @escaping (Answer) async throws -> Outcome) {
        arm = Arm(type: type, key: nil) { try await body($0.decoded(as: type, coder: $1)) }
    }

    /// The event itself is the outcome.
    public init(_ type: Outcome.Type) where Outcome: Event {
        arm = Arm(type: type, key: nil) { try $0.decoded(as: type, coder: $1) }
    }
}
