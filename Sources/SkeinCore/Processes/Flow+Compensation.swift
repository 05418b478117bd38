extension Flow {
    /// Notes a command that a compensation is to send, waiting for the event that it causes.
    ///
    /// ```swift
    /// flow.onCompensation(request: CancelBooking(tripID: tripID), expecting: BookingCanceled.self)
    /// ```
    ///
    /// Noted before the step that it undoes, it is sent also where that step was never answered; the owner then has to
    /// take a command to undo what was not done.
    ///
    /// Where the owner of the command needs several steps, name the key of the event that confirms:
    ///
    /// ```swift
    /// flow.onCompensation(
    ///     request: RefundPayment(paymentID: paymentID), expecting: PaymentRefunded.self, for: paymentID)
    /// ```
    ///
    /// - Parameter key: the key of the event that confirms; `nil` for an event that the command causes.
    public func onCompensation<Undone: Event>(
        request command: some Command, expecting undone: Undone.Type, for key: String? = nil
    ) {
        guard state.enter() else { return }
        state.note(undo: command, until: undone, for: key)
    }

    /// Undoes what has been noted, in the reverse order, and waits until that is done. Steps whose undoing fails are
    /// retried like any other step. A deadline (``within(_:_:)``) or a cancellation of the code around it does not cut
    /// it off.
    ///
    /// ```swift
    /// try await flow.compensate()
    /// flow.publish(TripNotBooked(tripID: trip.tripID))
    /// ```
    public func compensate() async throws {
        try await state.enterOrLeave()
        state.isCompensating = true
        // On another executor this would be a data race; such code is reported as escaped at its next call.
        defer { if state.executor.isDrainingHere { state.isCompensating = false } }
        while let step = state.undo.popLast() {
            switch step {
            case .command(let command): try await undo(command)
            case .activity(_, let body): try await body(self)
            }
        }
    }

    private func undo(_ command: UndoCommand) async throws {
        try await state.enterOrLeave()
        let id = state.send(command)
        let seq = state.beginWait(for: [try command.awaited(causation: id)], until: nil)
        _ = try await state.suspend(seq, isShielded: true)
    }
}
