import SkeinTransport

/// The connection by which a relay sends, as a state machine. ``RelayEngine`` reports what happens, and obeys the
/// actions that this returns.
///
/// Each connection has a number. A report with the number of an earlier one changes nothing.
struct RelayConnection<Senders: Sendable> {
    /// What a batch holds.
    enum Content: Equatable {
        case log
        /// The catalogue entries.
        case catalogue(asks: Bool)
    }

    /// What the driver has to do.
    indirect enum Action {
        /// Call ``RelayConnection/connect(isSuspended:)`` when the operator has resumed the channel.
        case waitForResumption
        case open(connection: UInt64)
        /// The connection is open: say so, listen for its end, and take over what the broker has committed.
        case begin(connection: UInt64, Senders)
        case send(connection: UInt64, OutboundBatch, by: Senders)
        /// Send the catalogue entries.
        case announce(connection: UInt64, asks: Bool, by: Senders)
        /// Take the outcomes of the batch that was under way, and after that do the next.
        case settle(Content, [SendOutcome], next: Action?)
        /// Close the senders, and wait until the operator resumes the channel.
        case suspend(Senders)
        /// Close the senders, if there are any: nobody knows what became of the batch under way. Connect again after a
        /// pause.
        case pause(leaving: Senders?, because: any Error)
        /// Close senders that nobody waits for.
        case discard(Senders)
        /// Close the senders, and report that with ``RelayConnection/closed()``.
        case close(Senders)
        /// Close the senders, if there are any: nobody knows what became of the batch under way. Nothing more is sent.
        case end(leaving: Senders?)
    }

    private enum State {
        /// Nothing is wanted of it yet.
        case idle
        /// Waits before it opens again.
        case pausing
        case opening(UInt64, isWanted: Bool)
        case open(UInt64, Senders)
        case sending(Sending)
        case closing
        case closed
    }

    /// A batch is under way.
    private struct Sending {
        let number: UInt64
        let senders: Senders
        let content: Content
        /// Why the connection has ended meanwhile. What became of the batch counts all the same.
        var loss: (any Error)?
        /// Whether the connection is to send more after that.
        var isWanted = true
    }

    private var state = State.idle
    /// The newest connection.
    private var number: UInt64 = 0
    /// Whether the catalogue entries that are to be sent ask others for theirs; `nil` when none are to be sent.
    private var announcement: Bool?

    var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Whether ``close()`` was called.
    var isEnding: Bool {
        switch state {
        case .opening(_, let isWanted): !isWanted
        case .sending(let sending): !sending.isWanted
        case .closing, .closed: true
        case .idle, .pausing, .open: false
        }
    }

    /// Whether it waits before it opens again.
    var isPausing: Bool { if case .pausing = state { true } else { false } }

    /// Whether a batch of the log may be sent now.
    var isFree: Bool { if case .open = state { announcement == nil } else { false } }
}

/// Opening and closing.
extension RelayConnection {
    mutating func connect(isSuspended: Bool) -> Action? {
        switch state {
        case .idle where isSuspended, .pausing where isSuspended:
            state = .idle
            return .waitForResumption
        case .idle, .pausing:
            number += 1
            state = .opening(number, isWanted: true)
            return .open(connection: number)
        case .opening, .open, .sending, .closing, .closed: return nil
        }
    }

    mutating func opened(_ number: UInt64, _ senders: Senders) -> Action {
        guard case .opening(number, let isWanted) = state else { return .discard(senders) }
        guard isWanted else {
            state = .closing
            return .close(senders)
        }
        state = .open(number, senders)
        return .begin(connection: number, senders)
    }

    /// Opening or sending has failed.
    mutating func failed(_ number: UInt64, because error: any Error) -> Action? {
        switch state {
        case .opening(number, let isWanted): return disconnect(nil, isWanted: isWanted, because: error)
        case .sending(let sending) where sending.number == number:
            // The catalogue entries go again. A batch of the log is the driver's.
            if case .catalogue(let asks) = sending.content { announce(asks: asks) }
            return disconnect(sending.senders, isWanted: sending.isWanted, because: error)
        case .idle, .pausing, .opening, .open, .sending, .closing, .closed: return nil
        }
    }

    /// The connection has ended by itself.
    mutating func lost(_ number: UInt64, because error: any Error) -> Action? {
        switch state {
        case .open(number, let senders): return disconnect(senders, isWanted: true, because: error)
        case .sending(var sending) where sending.number == number:
            sending.loss = error
            state = .sending(sending)
            return nil
        case .idle, .pausing, .opening, .open, .sending, .closing, .closed: return nil
        }
    }

    private mutating func disconnect(_ senders: Senders?, isWanted: Bool, because error: any Error) -> Action {
        state = isWanted ? .pausing : .closed
        return isWanted ? .pause(leaving: senders, because: error) : .end(leaving: senders)
    }

    /// The process drains: nothing more is sent than what is under way.
    mutating func close() -> Action? {
        switch state {
        case .idle, .pausing:
            state = .closed
            return .end(leaving: nil)
        case .opening(let number, _):
            state = .opening(number, isWanted: false)
            return nil
        case .open(_, let senders):
            state = .closing
            return .close(senders)
        case .sending(var sending):
            sending.isWanted = false
            state = .sending(sending)
            return nil
        case .closing, .closed: return nil
        }
    }

    mutating func closed() { state = .closed }
}

/// Sending.
extension RelayConnection {
    /// The catalogue entries are to be sent, before anything else.
    mutating func announce(asks: Bool) { announcement = asks || announcement ?? false }

    /// Does what comes before the batches of the log.
    mutating func next(isSuspended: Bool) -> Action? {
        guard case .open(let number, let senders) = state else { return nil }
        if isSuspended {
            state = .idle
            return .suspend(senders)
        }
        guard let asks = announcement else { return nil }
        announcement = nil
        state = .sending(Sending(number: number, senders: senders, content: .catalogue(asks: asks)))
        return .announce(connection: number, asks: asks, by: senders)
    }

    /// A batch of the log is to be sent. Only for a connection that ``isFree``.
    mutating func send(_ batch: OutboundBatch) -> Action? {
        guard case .open(let number, let senders) = state else { return nil }
        state = .sending(Sending(number: number, senders: senders, content: .log))
        return .send(connection: number, batch, by: senders)
    }

    /// The batch under way has ended, with an outcome for each message.
    mutating func sent(_ number: UInt64, _ outcomes: [SendOutcome]) -> Action? {
        guard case .sending(let sending) = state, sending.number == number else { return nil }
        return .settle(sending.content, outcomes, next: goOn(after: sending))
    }

    private mutating func goOn(after sending: Sending) -> Action? {
        if let loss = sending.loss { return disconnect(sending.senders, isWanted: sending.isWanted, because: loss) }
        guard sending.isWanted else {
            state = .closing
            return .close(sending.senders)
        }
        state = .open(sending.number, sending.senders)
        return nil
    }
}
