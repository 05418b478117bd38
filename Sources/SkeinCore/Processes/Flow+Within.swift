extension Flow {
    /// Sets a deadline for several steps; `nil` when the time is up before they have ended.
    ///
    /// ```swift
    /// let isPaid = try await flow.within(.minutes(10)) {
    ///     flow.onCompensation(request: ReleaseSeats(id: start.id), expecting: SeatsReleased.self)
    ///     try await flow.request(ReserveSeats(id: start.id), expecting: SeatsReserved.self)
    ///     return try await flow.request(CollectPayment(id: start.id)) {
    ///         Reply(PaymentCollected.self) { _ in true }
    ///         Reply(PaymentDeclined.self) { _ in false }
    ///     }
    /// }
    /// if isPaid != true {
    ///     try await flow.compensate()
    ///     flow.publish(ReservationLapsed(id: start.id))
    /// }
    /// ```
    ///
    /// When the time is up, everything inside that waits is canceled: waits and timers are withdrawn, activities are
    /// given up, and each throws `CancellationError`. Code inside that catches it and returns decides the result. An
    /// activity or command that was given up may still act, so note what undoes it before it begins.
    ///
    /// The deadline is a timer in the store, so it goes on over restarts; that it has passed, and what was canceled, is
    /// in the journal. Deadlines may be nested: the one that passes first counts. A cancellation of the instance takes
    /// the deadline away, so that the code can come to an orderly end.
    ///
    /// The code inside runs as a child task: `Task.isCancelled` tells whether the time is up. A compensation that has
    /// begun is not cut off.
    public func within<Outcome>(
        _ limit: some TimeLimit, _ body: @escaping () async throws -> Outcome
    ) async throws -> Outcome? {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let seq = state.issue("within", "")
        let timer = state.timer(seq, due: limit.end(from: now), purpose: "deadline")
        state.begin(PendingOperation(seq: seq, name: "within", timers: [timer], isDeadline: true))
        var isTimeUp = false
        // Proof for `unsafe`: the child task inherits the instance's executor, so this function and the child run on
        // the thread that drains it, one at a time. Code in `body` that leaves the executor never comes back to it.
        nonisolated(unsafe) let state = state
        nonisolated(unsafe) let body = body
        nonisolated(unsafe) var result: Result<Outcome, any Error>?
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { result = .success(try await body()) } catch { result = .failure(error) }
                state.end(seq)
            }
            isTimeUp = await state.isTimeUp(seq)
            if isTimeUp { state.cancelInOrder { group.cancelAll() } }
            await group.waitForAll()
        }
        switch result {
        case .success(let outcome): return outcome
        case .failure(let error as CancellationError) where !isTimeUp: throw error
        case .failure(is CancellationError), nil: return nil
        case .failure(let error): throw error
        }
    }
}
