import SkeinMessages
import SkeinTransport

/// The connection by which a channel takes in, as a state machine. ``IntakeEngine`` reports what happens, and obeys the
/// actions that this returns.
///
/// Each connection has a number. A report with the number of an earlier one changes nothing.
struct IntakeConnection<Source: Sendable> {
    typealias Scope = IntakeThrottle.Scope

    /// What the driver has to do.
    enum Action {
        /// Call ``IntakeConnection/connect(_:isSuspended:)``.
        case connect
        /// The same when the operator has resumed the channel.
        case waitForResumption
        case open(connection: UInt64, Scope)
        /// The connection is open: say so, and tell the others what the components here declare.
        case begin(Scope)
        case receive(connection: UInt64, Source, limit: Int)
        case record(connection: UInt64, [InboundMessage])
        case acknowledge(connection: UInt64, Source, [InboundMessage], asksForBacklog: Bool)
        case reportBacklog(Int)
        /// Leave the connection, if there is one, and connect again after a pause.
        case pause(leaving: Departure?, because: any Error)
        /// Leave the connection, and connect again at once.
        case reopen(leaving: Departure)
        /// Close a source that nobody waits for.
        case discard(Source)
        /// Close the source, and report that with ``IntakeConnection/closed()``.
        case close(Source)
        /// Nothing is open, and nothing will be.
        case end
    }

    /// A connection that is of no use any more. ``IntakeConnection/left(_:)`` reports that it has let go of what it had
    /// in hand, or that its time for that is over.
    struct Departure {
        let connection: UInt64
        let source: Source
    }

    private enum State {
        /// Nothing is open. The driver connects later; the connection before may still have to let go.
        case idle(leaving: UInt64?)
        /// The driver wants to connect. What the connection before had in hand has to come again before what lies
        /// behind it, so this waits until that one has let go.
        case departing(UInt64)
        case opening(UInt64, Scope, isWanted: Bool)
        case open(Open)
        case closing
        case closed
    }

    private struct Open {
        let number: UInt64
        let source: Source
        let scope: Scope
        var isReceiving = false
        var isAcknowledging = false
        /// Messages that are recorded, and whose acknowledgement has not begun.
        var recorded: [InboundMessage] = []
        /// How many messages were received and are not acknowledged.
        var inHand = 0
        /// When the broker was asked for its backlog.
        var askedAt: Timestamp?

        var departure: Departure { Departure(connection: number, source: source) }
    }

    /// How many messages may be in hand.
    let window: Int
    private let batch: Int
    private var state = State.idle(leaving: nil)
    /// The newest connection.
    private var number: UInt64 = 0
    /// How many messages the broker has that were not received, when it was asked last.
    private var backlog: Int?

    /// - Parameter batch: how many messages are received at once, 1 or more.
    init(batch: Int) { (self.batch, window) = (batch, 2 * batch) }

    var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Whether ``close()`` was called.
    var isEnding: Bool {
        switch state {
        case .opening(_, _, let isWanted): !isWanted
        case .closing, .closed: true
        case .idle, .departing, .open: false
        }
    }

    /// Whether nothing is to be done before something comes, time passes or somebody acts.
    var isAtRest: Bool {
        switch state {
        case .opening(_, _, let isWanted): !isWanted
        case .open(let open): open.inHand == 0
        case .idle, .departing, .closing, .closed: true
        }
    }
}

/// Opening and closing.
extension IntakeConnection {
    mutating func connect(_ scope: Scope, isSuspended: Bool) -> Action? {
        switch state {
        case .idle where isSuspended: return .waitForResumption
        case .idle(leaving: let leaving?):
            state = .departing(leaving)
            return nil
        case .idle(leaving: nil):
            number += 1
            state = .opening(number, scope, isWanted: true)
            return .open(connection: number, scope)
        case .departing, .opening, .open, .closing, .closed: return nil
        }
    }

    mutating func opened(_ number: UInt64, _ source: Source) -> Action {
        guard case .opening(number, let scope, let isWanted) = state else { return .discard(source) }
        guard isWanted else {
            state = .closing
            return .close(source)
        }
        state = .open(Open(number: number, source: source, scope: scope))
        return .begin(scope)
    }

    /// Opening, receiving or acknowledging has failed. What was received and not acknowledged comes again.
    mutating func failed(_ number: UInt64, because error: any Error) -> Action? {
        switch state {
        case .opening(number, _, isWanted: true):
            state = .idle(leaving: nil)
            return .pause(leaving: nil, because: error)
        case .opening(number, _, isWanted: false):
            state = .closed
            return .end
        case .open(let open) where open.number == number:
            state = .idle(leaving: number)
            return .pause(leaving: open.departure, because: error)
        case .idle, .departing, .opening, .open, .closing, .closed: return nil
        }
    }

    /// A ``Departure`` has let go, or has had long enough for that; to report both is harmless.
    mutating func left(_ number: UInt64) -> Action? {
        switch state {
        case .idle(leaving: number):
            state = .idle(leaving: nil)
            return nil
        case .departing(number):
            state = .idle(leaving: nil)
            return .connect
        case .idle, .departing, .opening, .open, .closing, .closed: return nil
        }
    }

    /// The process drains: nothing more is taken in.
    mutating func close() -> Action? {
        switch state {
        case .idle, .departing:
            state = .closed
            return .end
        case .opening(let number, let scope, _):
            state = .opening(number, scope, isWanted: false)
            return nil
        case .open(let open):
            state = .closing
            return .close(open.source)
        case .closing, .closed: return nil
        }
    }

    mutating func closed() { state = .closed }
}

/// Receiving, recording, acknowledging.
extension IntakeConnection {
    /// Receives, while there is room for more in hand.
    ///
    /// - Parameter wanted: what is to be taken in; `nil` for nothing.
    mutating func receiveNext(_ wanted: Scope?, isSuspended: Bool) -> Action? {
        guard case .open(var open) = state else { return nil }
        if isSuspended { return reopen(open) }
        guard let wanted else { return nil }
        guard wanted == open.scope else {
            // What is in hand is acknowledged first, so that it does not come again.
            let isFree = open.recorded.isEmpty && !open.isAcknowledging && open.inHand == 0
            return isFree ? reopen(open) : nil
        }
        let room = min(batch, window - open.inHand)
        guard !open.isReceiving, room > 0 else { return nil }
        open.isReceiving = true
        state = .open(open)
        return .receive(connection: open.number, open.source, limit: room)
    }

    private mutating func reopen(_ open: Open) -> Action {
        state = .idle(leaving: open.number)
        return .reopen(leaving: open.departure)
    }

    mutating func received(_ number: UInt64, _ messages: [InboundMessage]) -> Action? {
        guard case .open(var open) = state, open.number == number else { return nil }
        open.isReceiving = false
        open.inHand += messages.count
        state = .open(open)
        return .record(connection: number, messages)
    }

    mutating func recorded(_ number: UInt64, _ messages: [InboundMessage]) {
        guard case .open(var open) = state, open.number == number else { return }
        open.recorded += messages
        state = .open(open)
    }

    /// Acknowledges what is recorded, all that has come together since the last time.
    mutating func acknowledgeNext(at now: Timestamp) -> Action? {
        guard case .open(var open) = state, !open.isAcknowledging, !open.recorded.isEmpty else { return nil }
        let messages = open.recorded
        let asks = isBacklogDue(open, at: now)
        if asks { open.askedAt = now }
        (open.recorded, open.isAcknowledging) = ([], true)
        state = .open(open)
        return .acknowledge(connection: open.number, open.source, messages, asksForBacklog: asks)
    }

    /// Whether the broker is to be asked what it has beyond a batch: once a second, and when a backlog seems to have
    /// come to its end.
    private func isBacklogDue(_ open: Open, at now: Timestamp) -> Bool {
        guard let last = open.askedAt, now < last.advanced(by: .seconds(1)) else { return true }
        guard let backlog else { return false }
        return backlog > 0 && open.inHand <= open.recorded.count
    }

    mutating func acknowledged(_ number: UInt64, count: Int) {
        guard case .open(var open) = state, open.number == number else { return }
        open.isAcknowledging = false
        open.inHand -= count
        state = .open(open)
    }

    mutating func learned(_ number: UInt64, backlog count: Int) -> Action? {
        guard case .open(let open) = state, open.number == number, backlog != count else { return nil }
        backlog = count
        return .reportBacklog(count)
    }
}
