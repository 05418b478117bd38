import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The only source of time, randomness and everything outside for a process.
///
/// Every operation is written to the instance's journal in the commit that also holds its effect. After a crash the
/// process is run again from the journal: operations that had ended return what they returned, and the first that had
/// not goes on. So a message is sent once, a wait exists before the command that provokes its answer leaves, and an
/// activity runs at least once with one idempotency key.
///
/// ```swift
/// let withdrawn = try await flow.request(withdraw, expecting: AmountWithdrawn.self)   // a command and its answer
/// let rate = try await flow.ask(CurrentRate())                                        // a question
/// let next = try await flow.wait(until: .days(14)) {                                  // whichever comes first
///     On(CardDetailsUpdated.self, for: accountID) { _ in true }
///     On(CancelPayment.self, for: paymentID) { _ in false }
/// }
/// let receipt = try await flow.perform("print a receipt") { activity in               // the world outside
///     try await printer.print(withdrawn, key: activity.idempotencyKey)
/// }
/// ```
///
/// A flow may be used only in the code of its process, in `async let` and in task groups of it. A call from elsewhere
/// parks the instance.
public final class Flow: @unchecked Sendable {
    // Proof for `@unchecked`: `state` is constant, and so are its row and setting. What changes in it is touched only
    // after `enter()`, `enterOrLeave()` or `isOnExecutor()` has seen that the caller runs on the thread that drains
    // this instance's executor; a method that awaits goes on there. A caller on another thread is reported and turned
    // away.
    let state: FlowState

    init(_ state: FlowState) { self.state = state }

    /// The time of the present step; it stands still until the process suspends.
    ///
    /// ```swift
    /// let deadline = flow.now.advanced(by: .days(14))
    /// ```
    public var now: Timestamp { state.isOnExecutor() ? state.turn.now : state.row.startedAt }

    /// The key of the instance.
    public var key: String { state.row.key }

    /// A random UUID, the same in every replay.
    ///
    /// ```swift
    /// let transferID = flow.uuid()
    /// ```
    public func uuid() -> String {
        let (high, low) = state.isOnExecutor() ? state.draw() : (0, 0)
        return UUIDText.string(high & ~0xF000 | 0x4000, low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// A random number, evenly distributed over the range, the same in every replay.
    ///
    /// ```swift
    /// try await flow.sleep(for: .minutes(flow.random(in: 1...30)))
    /// ```
    public func random(in range: ClosedRange<Int>) -> Int {
        let width = UInt64(bitPattern: Int64(range.upperBound)) &- UInt64(bitPattern: Int64(range.lowerBound))
        let bits = state.isOnExecutor() ? state.draw().0 : 0
        let offset = width == .max ? bits : bits.multipliedFullWidth(by: width + 1).high
        return Int(Int64(bitPattern: UInt64(bitPattern: Int64(range.lowerBound)) &+ offset))
    }

    /// Names a business attribute by which people can find the instance; `nil` removes it.
    ///
    /// ```swift
    /// flow.set("customer", to: order.customerID)
    /// ```
    public func set(_ attribute: String, to value: String?) {
        guard state.enter() else { return }
        state.emit(.attribute(attribute, value))
    }

    /// Publishes an event in the commit of this step.
    ///
    /// ```swift
    /// flow.publish(OrderFulfilled(orderID: order.orderID))
    /// ```
    public func publish(_ event: some Event) {
        guard state.enter() else { return }
        state.send(event, kind: "publish", recipient: nil)
    }

    /// Publishes some events, in order, in the commit of this step.
    ///
    /// ```swift
    /// flow.publish(contentsOf: order.lines.map { LineFulfilled(orderID: order.orderID, line: $0) })
    /// ```
    package func publish(contentsOf events: [any Event]) {
        for event in events { publish(event) }
    }

    /// Sends a command to its owner in the commit of this step and goes on at once; ``request(_:expecting:)`` waits for
    /// the answer. A command that nobody owns parks the instance.
    ///
    /// ```swift
    /// flow.send(RemindOfCardUpdate(accountID: payment.accountID))
    /// ```
    public func send(_ command: some Command) {
        guard state.enter() else { return }
        state.send(command, kind: "send", recipient: state.setting.catalogue.owner(of: type(of: command).name))
    }

    /// Waits for a duration; weeks are as cheap as seconds.
    ///
    /// ```swift
    /// try await flow.sleep(for: .days(3))
    /// ```
    public func sleep(for duration: Duration) async throws {
        try await sleep(until: now.advanced(by: duration))
    }

    /// Waits until a time; a time that has passed is over at once, after a commit.
    ///
    /// ```swift
    /// try await flow.sleep(until: trip.departure)
    /// ```
    public func sleep(until due: Timestamp) async throws {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let seq = state.issue("sleep", "")
        state.begin(
            PendingOperation(seq: seq, name: "sleep", timers: [state.timer(seq, due: due, purpose: "sleep")]))
        _ = try await state.suspend(seq)
    }

    /// Whether the instance has a change that was made to the code of its process version: `true` for an instance that
    /// comes here for the first time under the new code, `false` for one that came here before, and in its replays.
    ///
    /// ```swift
    /// if flow.hasChange("check the address") {
    ///     try await flow.request(checkAddress, expecting: AddressChecked.self)
    /// }
    /// ```
    ///
    /// - Parameter name: of the change, unique in the process; it is written to the journal.
    public func hasChange(_ name: String) -> Bool {
        guard state.enter() else { return false }
        if case .replaying(let recorded) = state.mode {
            let index = state.issued.count
            guard index < recorded.count, recorded[index].kind == "upgrade", recorded[index].name == name else {
                return false
            }
        }
        _ = state.issue("upgrade", name)
        return true
    }

    /// Begins the process afresh with another start message: same key, same version, an empty journal. What it was
    /// waiting for is withdrawn. For processes that would otherwise run, and grow their journal, for ever.
    ///
    /// ```swift
    /// try flow.restart(with: SubscriptionStarted(id: start.id, month: start.month + 1))
    /// ```
    ///
    /// The commands that undo what has been completed go along. An activity that does so cannot, for it is code that
    /// only the journal leads to: a process with one to undo is parked instead.
    public func restart(with start: some Message) throws -> Never {
        guard state.enter() else { throw RetiredError() }
        let commands = state.undo.compactMap(\.command)
        guard commands.count == state.undo.count else {
            throw UnfinishedCompensation(steps: state.undo.count - commands.count)
        }
        _ = try state.setting.factory.encode(commands, as: "what undoes the steps before a restart")
        throw RestartSignal(
            restart: Restart(
                start: try state.setting.factory.encode(start, as: "the start of a restart"), undo: commands))
    }
}

/// A restart would forget how to undo what has been done.
private struct UnfinishedCompensation: Error, CustomStringConvertible {
    var steps: Int

    var description: String {
        "restart(with:) would forget \(steps) activities that undo what has been completed; compensate before, undo "
            + "by commands, which go along, or do what is to be undone after the last restart"
    }
}
