import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension Flow {
    /// Runs code that acts on the outside world, at least once, and stores its result.
    ///
    /// The code runs outside the process, on Swift's pool. A failed attempt is retried as the options say; each attempt
    /// has the same ``ActivityContext/idempotencyKey``. The process goes on when the result is durable.
    ///
    /// ```swift
    /// let receipt = try await flow.perform("charge the card", throwing: CardDeclined.self) { activity in
    ///     try await cards.charge(order.total, key: activity.idempotencyKey)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - name: what the activity is called in the journal; changing it is a change of the process.
    ///   - failure: a business error with which the code may end. It is stored like a result: it is not retried, and
    ///     the process may catch it, now and in every replay.
    ///   - undo: what a later compensation does about the activity.
    /// - Throws: the business error; ``ActivityExhausted`` if the options say so; `CancellationError` when the process
    ///   no longer wants it; ``ProcessCanceled``.
    @discardableResult
    public func perform<Result: Codable & Sendable, Failure: BusinessError>(
        _ name: String, _ options: ActivityOptions = ActivityOptions(), throwing failure: Failure.Type = Never.self,
        undo: Undo<Result>? = nil, _ body: @escaping @Sendable (ActivityContext) async throws -> Result
    ) async throws -> Result {
        let factory = state.setting.factory
        return try await perform(name, options, throwing: failure, undo: undo) { context in
            let result = try await body(context)
            return .success(try factory.encode(result, as: "the result of the activity '\(name)'"), value: result)
        } result: { data, value in
            // An absent value counts as one of an optional result, which would be `nil` then, so it is not cast.
            if let value, let result = value as? Result { return result }
            return try factory.coder.decode(Result.self, from: data)
        }
    }

    /// Runs an activity without a result.
    ///
    /// ```swift
    /// try await flow.perform("open the gate", undo: Undo("close the gate") { _ in try await gate.close() }) { _ in
    ///     try await gate.open()
    /// }
    /// ```
    public func perform<Failure: BusinessError>(
        _ name: String, _ options: ActivityOptions = ActivityOptions(), throwing failure: Failure.Type = Never.self,
        undo: Undo<Void>? = nil, _ body: @escaping @Sendable (ActivityContext) async throws -> Void
    ) async throws {
        let factory = state.setting.factory
        try await perform(name, options, throwing: failure, undo: undo) { context in
            try await body(context)
            return .success(try factory.encode(true, as: "the end of the activity '\(name)'"), value: true)
        } result: { _, _ in
        }
    }

    // Only what can be written to the journal can be the result of an activity. Without the two methods that follow,
    // the compiler would take code with another result for code without one, and drop the result silently. A call of
    // them is ambiguous, and the compiler's error shows what they return.

    /// Cannot be called: the result has to be `Codable`.
    @_documentation(visibility: internal)
    public func perform<Result: Sendable, Failure: BusinessError>(
        _ name: String, _ options: ActivityOptions = ActivityOptions(), throwing failure: Failure.Type = Never.self,
        undo: Undo<Result>? = nil, _ body: @escaping @Sendable (ActivityContext) async throws -> Result
    ) async throws -> TheResultOfAnActivityMustBeCodable {
        throw CancellationError()
    }

    /// Cannot be called: the result has to be `Codable`.
    @_documentation(visibility: internal)
    public func perform<Result: Sendable, Failure: BusinessError>(
        _ name: String, _ options: ActivityOptions = ActivityOptions(), throwing failure: Failure.Type = Never.self,
        undo: Undo<Result>? = nil, _ body: @escaping @Sendable (ActivityContext) async throws -> Result
    ) async throws -> OrThereMustBeNone {
        throw CancellationError()
    }

    private func perform<Result: Sendable, Failure: BusinessError>(
        _ name: String, _ options: ActivityOptions, throwing failure: Failure.Type, undo: Undo<Result>?,
        run: @escaping @Sendable (ActivityContext) async throws -> ActivityOutcome,
        result: (Data, (any Sendable)?) throws -> Result
    ) async throws -> Result {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let factory = state.setting.factory
        let key = state.idempotencyKey(for: name)
        let early = undo.flatMap { $0.comesFirst ? note($0, of: key) : nil }
        let seq = schedule(name, options, key: key) { context in
            do {
                return try await run(context)
            } catch let error as Failure {
                return .business(
                    code: Failure.code, try factory.encode(error, as: "the error of the activity '\(name)'"))
            }
        }
        switch try await outcome(of: seq) {
        case .success(let data, let value):
            let result = try result(data, value)
            if let undo { (early ?? note(undo, of: key)).result = result }
            return result
        case .business(_, let data):
            // The outside system has answered that it did nothing.
            if let early { state.undo.removeAll { $0.isNoted(by: early.seq) } }
            guard failure != Never.self else {
                throw StoreError(.corrupt, "the journal has a business error of '\(name)', which declares none")
            }
            throw try factory.coder.decode(failure, from: data)
        case .exhausted(let error, let attempts):
            throw ActivityExhausted(activity: name, attempts: attempts, lastError: error)
        }
    }

    /// Notes that a compensation is to undo the activity with a key.
    private func note<Result: Sendable>(_ undo: Undo<Result>, of key: String) -> UndoneStep<Result> {
        let step = UndoneStep<Result>(seq: state.issue("undo", undo.name))
        state.undo.append(
            .activity(seq: step.seq) { flow in
                let result = step.result
                try await flow.perform(undo: undo.name, undo.options) { context in
                    var context = context
                    context.undoneKey = key
                    try await undo.body(result, context)
                }
            })
        return step
    }

    /// Runs an activity that undoes a step, also in code that was canceled.
    func perform(
        undo name: String, _ options: ActivityOptions,
        _ body: @escaping @Sendable (ActivityContext) async throws -> Void
    ) async throws {
        try await state.enterOrLeave()
        let factory = state.setting.factory
        let seq = schedule(name, options, key: state.idempotencyKey(for: name)) { context in
            try await body(context)
            return .success(try factory.encode(true, as: "the end of the activity '\(name)'"), value: true)
        }
        if case .exhausted(let error, let attempts) = try await outcome(of: seq, isShielded: true) {
            throw ActivityExhausted(activity: name, attempts: attempts, lastError: error)
        }
    }

    /// Writes down that an activity is to run.
    ///
    /// - Returns: the number of the operation.
    private func schedule(
        _ name: String, _ options: ActivityOptions, key: String,
        run: @escaping @Sendable (ActivityContext) async throws -> ActivityOutcome
    ) -> Int64 {
        if let problem = options.problem {
            state.note(fault: "the options of the activity '\(name)' are wrong: \(problem)")
        }
        let seq = state.issue("activity", name)
        state.begin(
            PendingOperation(seq: seq, name: name, activity: ActivityCode(name: name, options: options, run: run)))
        state.emit(
            .write(
                .putActivity(
                    ActivityRow(
                        instance: state.row.id, seq: seq, component: state.setting.component, name: name,
                        idempotencyKey: key, nextAt: now, scheduledAt: now, system: options.system ?? ""))))
        return seq
    }

    private func outcome(of activity: Int64, isShielded: Bool = false) async throws -> ActivityOutcome {
        guard case .activity(let outcome) = try await state.suspend(activity, isShielded: isShielded) else {
            throw CancellationError()
        }
        return outcome
    }
}

/// An activity that can be undone, and its result where there is one.
private final class UndoneStep<Result: Sendable> {
    /// The operation that noted it.
    let seq: Int64
    var result: Result?

    init(seq: Int64) { self.seq = seq }
}

/// Stands in the error that the compiler reports for an activity whose result cannot be written to the journal.
@_documentation(visibility: internal)
public enum TheResultOfAnActivityMustBeCodable {}

/// Stands in the error that the compiler reports for an activity whose result cannot be written to the journal.
@_documentation(visibility: internal)
public enum OrThereMustBeNone {}
