import SkeinStorage

extension Flow {
    /// Waits for a message of a type with a key.
    ///
    /// ```swift
    /// let approved = try await flow.wait(for: OrderApproved.self, key: order.orderID)
    /// ```
    ///
    /// - Parameter key: compared with the ``Correlation`` of the type, or else with the message's subject.
    @discardableResult
    public func wait<Awaited: Message>(for type: Awaited.Type, key: String) async throws -> Awaited {
        try await wait { On(type, for: key) }
    }

    /// Waits for a message of a type with a key, but not beyond a limit; `nil` when the time is up.
    ///
    /// ```swift
    /// guard let approved = try await flow.wait(for: OrderApproved.self, key: order.orderID, until: .days(2)) else {
    ///     return flow.publish(OrderCanceled(orderID: order.orderID))
    /// }
    /// ```
    public func wait<Awaited: Message>(
        for type: Awaited.Type, key: String, until limit: some TimeLimit
    ) async throws -> Awaited? {
        try await wait(until: limit) { On(type, for: key) }
    }

    /// Waits for whichever message comes first, and goes on with what its arm makes of it.
    ///
    /// ```swift
    /// let isPaid = try await flow.wait {
    ///     On(PaymentReceived.self, for: order.orderID) { _ in true }
    ///     On(PaymentCanceled.self, for: order.orderID) { _ in false }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - reminders: when to call `remind` while waiting.
    ///   - arms: what to wait for. Where two arms are for the same type and key, the first one takes the message.
    ///   - remind: may send and publish; it may not wait.
    @discardableResult
    public func wait<Outcome>(
        reminding reminders: Reminders? = nil, @ListBuilder<On<Outcome>> _ arms: () -> [On<Outcome>],
        onReminder remind: (() -> Void)? = nil
    ) async throws -> Outcome {
        guard let outcome = try await receive(arms().map(\.arm), until: nil, reminders, remind) else {
            throw CancellationError()
        }
        return outcome
    }

    /// Waits for whichever message comes first, but not beyond a limit; `nil` when the time is up.
    ///
    /// ```swift
    /// let next: NextStep? = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
    ///     On(CardDetailsUpdated.self, for: payment.accountID) { _ in .tryAgain }
    ///     On(CancelPayment.self, for: payment.paymentID) { .giveUp($0.reason) }
    /// } onReminder: {
    ///     flow.send(RemindOfCardUpdate(accountID: payment.accountID))
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - reminders: when to call `remind` while waiting.
    ///   - arms: what to wait for. Where two arms are for the same type and key, the first one takes the message.
    ///   - remind: may send and publish; it may not wait.
    public func wait<Outcome>(
        until limit: some TimeLimit, reminding reminders: Reminders? = nil,
        @ListBuilder<On<Outcome>> _ arms: () -> [On<Outcome>], onReminder remind: (() -> Void)? = nil
    ) async throws -> Outcome? {
        try await receive(arms().map(\.arm), until: limit.end(from: now), reminders, remind)
    }

    /// Waits for one of several messages.
    ///
    /// - Returns: what the arm of the message has made of it; `nil` when the time is up.
    func receive<Outcome>(
        _ arms: [Arm<Outcome>], causedBy command: MessageID? = nil, until end: Timestamp?,
        _ reminders: Reminders? = nil, _ remind: (() -> Void)? = nil
    ) async throws -> Outcome? {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let awaited = arms.map { arm in
            AwaitedType(arm.type, for: arm.key ?? command.map(Correlating.key(causation:)) ?? "")
        }
        if awaited.isEmpty { state.note(fault: "a wait has no arms, so no message could end it; name at least one") }
        if (reminders == nil) != (remind == nil) {
            state.note(fault: "a wait that reminds needs both: when (reminding:) and what to do (onReminder:)")
        }
        let reminder = remind.flatMap { remind in
            reminders.flatMap(times).map { PendingOperation.Reminder(times: $0, remind: remind) }
        }
        let seq = state.beginWait(for: awaited, until: end, reminding: reminder)
        guard case .message(let index, let delivered) = try await state.suspend(seq) else { return nil }
        let record = LogRecord(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
        return try await arms[index].body(record, state.setting.factory.coder)
    }

    private func times(_ reminders: Reminders) -> ReminderTimes? {
        if case .interval(let interval) = reminders.schedule, interval < .microseconds(1) {
            state.note(
                fault: "a reminder every \(interval) would never end; give a duration of a microsecond or more")
            return nil
        }
        return ReminderTimes(reminders, from: now)
    }
}

/// How correlation keys are written in the store.
enum Correlating {
    /// The key under which an answer to a message is awaited.
    static func key(causation id: MessageID) -> String { prefix + id.rawValue }

    static func isCausation(_ key: String) -> Bool { key.hasPrefix(prefix) }

    private static let prefix = "caused-by:"
}
