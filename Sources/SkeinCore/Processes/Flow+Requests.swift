extension Flow {
    /// Sends a command and waits for the event that it causes. The answer is matched by causation, so an answer to an
    /// earlier attempt cannot be taken for it; the wait is stored in the commit in which the command leaves.
    ///
    /// ```swift
    /// let withdrawn = try await flow.request(withdraw, expecting: AmountWithdrawn.self)
    /// ```
    @discardableResult
    public func request<Answer: Event>(_ command: some Command, expecting answer: Answer.Type) async throws -> Answer {
        try await request(command) { Reply(answer) }
    }

    /// Sends a command and waits for the event that it causes, but not beyond a limit; `nil` when the time is up.
    ///
    /// ```swift
    /// let fetched = try await flow.request(fetchGoods, expecting: GoodsFetched.self, until: .days(3))
    /// ```
    ///
    /// The owner may still answer later, and may have acted. So note what undoes the command before it is sent
    /// (``onCompensation(request:expecting:for:)``), or wait for its answer again.
    public func request<Answer: Event>(
        _ command: some Command, expecting answer: Answer.Type, until limit: some TimeLimit
    ) async throws -> Answer? {
        try await request(command, until: limit) { Reply(answer) }
    }

    /// Sends a command, waits for the event that it causes, and notes the command that undoes it.
    ///
    /// ```swift
    /// try await flow.request(
    ///     withdraw, expecting: AmountWithdrawn.self,
    ///     undo: { CreditAmount(accountID: $0.accountID, amount: $0.amount) }, confirmedBy: AmountCredited.self)
    /// ```
    ///
    /// - Parameters:
    ///   - undo: the command that undoes the step, made and stored when the answer comes; `nil` when there is nothing
    ///     to undo.
    ///   - undone: the event that confirms the undoing; a compensation waits for it.
    @discardableResult
    public func request<Answer: Event, Undoing: Command, Undone: Event>(
        _ command: some Command, expecting answer: Answer.Type, undo: (Answer) -> Undoing?,
        confirmedBy undone: Undone.Type
    ) async throws -> Answer {
        let answer = try await request(command, expecting: answer)
        if let undoing = undo(answer) { onCompensation(request: undoing, expecting: undone) }
        return answer
    }

    /// Sends a command and waits for whichever of several events it causes, and goes on with what is made of it.
    ///
    /// ```swift
    /// let isCharged = try await flow.request(charge) {
    ///     Reply(CardCharged.self) { _ in true }
    ///     Reply(CardFailed.self) { _ in false }
    /// }
    /// ```
    @discardableResult
    public func request<Outcome>(
        _ command: some Command, @ListBuilder<Reply<Outcome>> _ replies: () -> [Reply<Outcome>]
    ) async throws -> Outcome {
        guard let outcome = try await exchange(command, kind: "send", replies().map(\.arm), until: nil) else {
            throw CancellationError()
        }
        return outcome
    }

    /// Sends a command and waits for whichever of several events it causes, but not beyond a limit; `nil` when the time
    /// is up.
    ///
    /// ```swift
    /// let isCharged = try await flow.request(charge, until: .minutes(5)) {
    ///     Reply(CardCharged.self) { _ in true }
    ///     Reply(CardFailed.self) { _ in false }
    /// }
    /// ```
    public func request<Outcome>(
        _ command: some Command, until limit: some TimeLimit,
        @ListBuilder<Reply<Outcome>> _ replies: () -> [Reply<Outcome>]
    ) async throws -> Outcome? {
        try await exchange(command, kind: "send", replies().map(\.arm), until: limit.end(from: now))
    }

    /// Asks another component and waits, durably, for the answer.
    ///
    /// ```swift
    /// let balance = try await flow.ask(AskAccountSummary(accountID: accountID)).balance
    /// ```
    @discardableResult
    public func ask<Asked: Query>(_ query: Asked) async throws -> Asked.Answer {
        guard let answer = try await exchange(query, kind: "ask", [Self.arm(Asked.Answer.self)], until: nil) else {
            throw CancellationError()
        }
        return answer
    }

    /// Asks another component and waits, durably, for the answer, but not beyond a limit; `nil` when the time is up.
    ///
    /// ```swift
    /// let rate = try await flow.ask(AskRate(currency: "EUR"), until: .minutes(1))?.rate ?? lastKnownRate
    /// ```
    public func ask<Asked: Query>(_ query: Asked, until limit: some TimeLimit) async throws -> Asked.Answer? {
        try await exchange(query, kind: "ask", [Self.arm(Asked.Answer.self)], until: limit.end(from: now))
    }

    private static func arm<Answer: Message>(_ type: Answer.Type) -> Arm<Answer> {
        Arm(type: type, key: nil) { try $0.decoded(as: type, coder: $1) }
    }

    private func exchange<Outcome>(
        _ message: some Message, kind: String, _ replies: [Arm<Outcome>], until end: Timestamp?
    ) async throws -> Outcome? {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let owner = state.setting.catalogue.owner(of: type(of: message).name)
        let id = state.send(message, kind: kind, recipient: owner)
        return try await receive(replies, causedBy: id, until: end)
    }
}
