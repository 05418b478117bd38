import Synchronization

/// A guard against a check that waits for ever. Nothing is measured by it.
struct ConformancePatience: Sendable {
    /// Far longer than anything takes.
    var limit: Duration

    /// Runs a body that waits for something outside.
    ///
    /// - Parameter what: what is waited for, for the error.
    /// - Throws: what the body throws; ``ConformanceFailure`` when it does not come to an end. It is then cancelled,
    ///   and left alone if it does not heed that.
    func wait<Value: Sendable>(
        for what: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let race = Race<Value>()
        let work = Task {
            do { race.end(.success(try await body())) } catch { race.end(.failure(error)) }
        }
        let guardian = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            race.end(.failure(ConformanceFailure(description: "waited \(limit) in vain for \(what)")))
        }
        defer {
            work.cancel()
            guardian.cancel()
        }
        return try await withTaskCancellationHandler {
            try await race.value
        } onCancel: {
            work.cancel()
        }
    }
}

/// The first of several results.
private final class Race<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiter: CheckedContinuation<Value, any Error>?
    }

    private let state = Mutex(State())

    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Value, any Error>? in
                    if state.result == nil { state.waiter = continuation }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }

    func end(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard state.result == nil else { return nil }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: result)
    }
}
