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
    /// - Parameters:
    ///   - name: what the activity is called in the journal; changing it is a change of the process.
    ///   - undo: what a later compensation does about a completed activity.
    /// - Throws: ``ActivityExhausted`` if the options say so; `CancellationError` when the process no longer wants it;
    ///   ``ProcessCanceled``.
    public func perform<Result: Codable & Sendable>(
        _ name: String, _ options: ActivityOptions = ActivityOptions(), undo: Undo<Result>? = nil,
        _ body: @escaping @Sendable (ActivityContext) async throws -> Result
    ) async throws -> Result {
        let factory = state.setting.factory
        return try await schedule(name, options, undo: undo) { context in
            let result = try await body(context)
            return .success(try factory.encode(result, as: "the result of the activity '\(name)'"), value: result)
        } business: { _ in
            StoreError(.corrupt, "the journal has a business error of '\(name)', which declares none")
        }
    }

    /// Runs an activity without a result.
    public func perform(
        _ name: String, _ options: ActivityOptions = ActivityOptions(),
        _ body: @escaping @Sendable (ActivityContext) async throws -> Void
    ) async throws {
        _ = try await perform(name, options) { context in
            try await body(context)
            return true
        }
    }

    /// Runs an activity that may end with a business error, which is stored like a result: it is not retried, and the
    /// process may catch it, now and in every replay.
    public func perform<Result: Codable & Sendable, Failure: BusinessError>(
        _ name: String, _ options: ActivityOptions = ActivityOptions(), throwing failure: Failure.Type,
        undo: Undo<Result>? = nil, _ body: @escaping @Sendable (ActivityContext) async throws -> Result
    ) async throws -> Result {
        let factory = state.setting.factory
        return try await schedule(name, options, undo: undo) { context in
            do {
                let result = try await body(context)
                return .success(try factory.encode(result, as: "the result of the activity '\(name)'"), value: result)
            } catch let error as Failure {
                return .business(
                    code: Failure.code, try factory.encode(error, as: "the error of the activity '\(name)'"))
            }
        } business: { data in
            try factory.coder.decode(failure, from: data)
        }
    }

    private func schedule<Result: Codable & Sendable>(
        _ name: String, _ options: ActivityOptions, undo: Undo<Result>?,
        run: @escaping @Sendable (ActivityContext) async throws -> ActivityOutcome,
        business: (Data) throws -> any Error
    ) async throws -> Result {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        if let problem = options.problem {
            state.fault = state.fault ?? "the options of the activity '\(name)' are wrong: \(problem)"
        }
        let seq = state.issue("activity", name)
        let key = state.idempotencyKey(for: name)
        let code = ActivityCode(name: name, options: options, run: run)
        state.begin(PendingOperation(seq: seq, name: name, activity: code))
        state.emit(
            .write(
                .putActivity(
                    ActivityRow(
                        instance: state.row.id, seq: seq, component: state.setting.component, name: name,
                        idempotencyKey: key, nextAt: now, scheduledAt: now))))
        guard case .activity(let outcome) = try await state.suspend(seq) else { throw CancellationError() }
        switch outcome {
        case .success(let data, let value):
            let result = try value as? Result ?? state.setting.factory.coder.decode(Result.self, from: data)
            if let undo { register(undo, result) }
            return result
        case .business(_, let data):
            throw try business(data)
        case .exhausted(let error, let attempts):
            throw ActivityExhausted(activity: name, attempts: attempts, lastError: error)
        }
    }

    private func register<Result: Codable & Sendable>(_ undo: Undo<Result>, _ result: Result) {
        guard state.enter() else { return }
        _ = state.issue("undo", undo.name)
        state.undo.append(
            .activity { flow in
                try await flow.perform(undo.name, undo.options) { context in try await undo.body(result, context) }
            })
    }
}

/// How to undo a completed activity: an activity of its own, with the result of the first.
public struct Undo<Result: Sendable>: Sendable {
    let name: String
    let options: ActivityOptions
    let body: @Sendable (Result, ActivityContext) async throws -> Void

    /// - Parameter name: what the undoing is called in the journal.
    public init(
        _ name: String, _ options: ActivityOptions = ActivityOptions(),
        _ body: @escaping @Sendable (Result, ActivityContext) async throws -> Void
    ) {
        (self.name, self.options, self.body) = (name, options, body)
    }
}
