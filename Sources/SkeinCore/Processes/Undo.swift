/// How to undo an activity: an activity of its own, which a compensation performs.
///
/// ```swift
/// let refund = Undo<String>("refund") { receipt, activity in
///     try await cards.refund(receipt, key: activity.idempotencyKey)
/// }
/// let receipt = try await flow.perform("charge the card", undo: refund) { activity in
///     try await cards.charge(order.total, key: activity.idempotencyKey)
/// }
/// ```
///
/// It is noted when the activity has completed: then there is a result, and something to undo. An answer that never
/// comes may still have acted; for that there is ``evenUnanswered(_:_:_:)``.
public struct Undo<Result: Sendable>: Sendable {
    let name: String
    let options: ActivityOptions
    /// Whether it is noted before the activity begins.
    let comesFirst: Bool
    /// Gets `nil` where the activity was not answered.
    let body: @Sendable (Result?, ActivityContext) async throws -> Void

    /// Undoes an activity that has completed.
    ///
    /// - Parameters:
    ///   - name: what the undoing is called in the journal.
    ///   - body: gets the result of the activity. ``ActivityContext/undoneKey`` is the key under which it ran.
    public init(
        _ name: String, _ options: ActivityOptions = ActivityOptions(),
        _ body: @escaping @Sendable (Result, ActivityContext) async throws -> Void
    ) {
        self.init(name, options, comesFirst: false) { result, context in
            if let result { try await body(result, context) }
        }
    }

    /// Undoes an activity that has begun, also one whose answer never came because its retries ended, its time was up,
    /// or the instance was canceled.
    ///
    /// It is written to the journal before the activity begins. A declared business error is an answer that nothing was
    /// done, so then nothing is undone.
    ///
    /// ```swift
    /// let release = Undo<Void>.evenUnanswered("release seats") { _, activity in
    ///     try await hall.release(reservation: activity.undoneKey)
    /// }
    /// try await flow.perform("reserve seats", undo: release) { activity in
    ///     try await hall.reserve(seats, reservation: activity.idempotencyKey)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - name: what the undoing is called in the journal.
    ///   - body: gets the result of the activity, or `nil` where there was no answer. An attempt that was given up may
    ///     still be under way, so the outside system has to remember that ``ActivityContext/undoneKey`` was undone.
    public static func evenUnanswered(
        _ name: String, _ options: ActivityOptions = ActivityOptions(),
        _ body: @escaping @Sendable (Result?, ActivityContext) async throws -> Void
    ) -> Self {
        Self(name, options, comesFirst: true, body)
    }

    private init(
        _ name: String, _ options: ActivityOptions, comesFirst: Bool,
        _ body: @escaping @Sendable (Result?, ActivityContext) async throws -> Void
    ) {
        (self.name, self.options, self.comesFirst, self.body) = (name, options, comesFirst, body)
    }
}

extension Undo where Result == Void {
    /// Undoes an activity without a result that has completed.
    public init(
        _ name: String, _ options: ActivityOptions = ActivityOptions(),
        _ body: @escaping @Sendable (ActivityContext) async throws -> Void
    ) {
        self.init(name, options) { _, context in try await body(context) }
    }
}

/// What undoes a completed step.
enum Undoing {
    case command(UndoCommand)
    /// An activity, whose code replay finds again; `seq` is the operation that noted it.
    case activity(seq: Int64, (Flow) async throws -> Void)

    var command: UndoCommand? { if case .command(let command) = self { command } else { nil } }

    func isNoted(by operation: Int64) -> Bool {
        if case .activity(operation, _) = self { true } else { false }
    }
}
