/// Which of two came first.
public enum FirstOf<First: Sendable, Second: Sendable>: Sendable {
    case first(First)
    case second(Second)
}

/// A message type with the correlation key under which a process waits for it.
public struct Awaited<Received: Message>: Sendable {
    let key: String

    /// - Parameter key: compared with the ``Correlation`` of the type, or else with the message's subject.
    public static func message(_ type: Received.Type, for key: String) -> Self { Self(key: key) }
}

extension Flow {

    /// Waits for a message of a type with a key.
    public func next<Received: Message>(_ type: Received.Type, for key: String) async throws -> Received {
        let (_, delivered) = try await receive([AwaitedType(type, for: key)])
        return try decode(type, delivered)
    }

    /// Waits for a message of a type with a key, but no longer than a duration; `nil` when the time is over.
    ///
    /// - Parameters:
    ///   - interval: how often to call `remind` while waiting. A reminder that would fall on the end of the wait, or
    ///     after it, is left out.
    ///   - remind: may send and publish; it may not wait.
    public func next<Received: Message>(
        _ type: Received.Type, for key: String, within duration: Duration, every interval: Duration? = nil,
        _ remind: @escaping () -> Void = {}
    ) async throws -> Received? {
        guard
            let (_, delivered) = try await receive(
                [AwaitedType(type, for: key)], within: duration, reminding: times(every: interval), remind)
        else { return nil }
        return try decode(type, delivered)
    }

    /// Waits for a message of a type with a key, but no longer than a duration, and reminds at the occurrences of a
    /// repetition (`R5/PT10S`, `R/2026-01-01T09:00:00Z/P1D`); `nil` when the time is over.
    ///
    /// - Parameters:
    ///   - repetition: counted from the beginning of the wait where it names no start. Occurrences that have passed are
    ///     left out, and so is one on the end of the wait, or after it.
    ///   - remind: may send and publish; it may not wait.
    public func next<Received: Message>(
        _ type: Received.Type, for key: String, within duration: Duration, reminding repetition: ISO8601Repetition,
        _ remind: @escaping () -> Void
    ) async throws -> Received? {
        guard
            let (_, delivered) = try await receive(
                [AwaitedType(type, for: key)], within: duration, reminding: ReminderTimes(repetition, from: now), remind
            )
        else { return nil }
        return try decode(type, delivered)
    }

    /// Waits for whichever of two messages comes first, without a time limit.
    public func first<First: Message, Second: Message>(
        of first: Awaited<First>, or second: Awaited<Second>
    ) async throws -> FirstOf<First, Second> {
        let (arm, delivered) = try await receive([
            AwaitedType(First.self, for: first.key), AwaitedType(Second.self, for: second.key),
        ])
        return try arm == 0 ? .first(decode(First.self, delivered)) : .second(decode(Second.self, delivered))
    }

    /// Waits for whichever of two messages comes first, at most a duration; returns `nil` when the time is over.
    public func first<First: Message, Second: Message>(
        of first: Awaited<First>, or second: Awaited<Second>, within duration: Duration,
        every interval: Duration? = nil, _ remind: @escaping () -> Void = {}
    ) async throws -> FirstOf<First, Second>? {
        guard
            let (arm, delivered) = try await receive(
                [AwaitedType(First.self, for: first.key), AwaitedType(Second.self, for: second.key)], within: duration,
                reminding: times(every: interval), remind)
        else { return nil }
        return try arm == 0 ? .first(decode(First.self, delivered)) : .second(decode(Second.self, delivered))
    }

    /// Sends a command and waits for the event that it causes. The answer is matched by causation, so an answer to an
    /// earlier attempt cannot be taken for it; the wait is stored in the commit in which the command leaves.
    public func send<Reply: Event>(_ command: some Command, until reply: Reply.Type) async throws -> Reply {
        let (_, delivered) = try await exchange(command, kind: "send", [Reply.self])
        return try decode(reply, delivered)
    }

    /// Sends a command and waits for the event that it causes, at most a duration; `nil` when the time is over.
    public func send<Reply: Event>(
        _ command: some Command, until reply: Reply.Type, within duration: Duration
    ) async throws -> Reply? {
        guard let (_, delivered) = try await exchange(command, kind: "send", [Reply.self], within: duration) else {
            return nil
        }
        return try decode(reply, delivered)
    }

    /// Sends a command and waits for whichever of two events it causes.
    public func send<First: Event, Second: Event>(
        _ command: some Command, until first: First.Type, or second: Second.Type
    ) async throws -> FirstOf<First, Second> {
        let (arm, delivered) = try await exchange(command, kind: "send", [First.self, Second.self])
        return try arm == 0 ? .first(decode(first, delivered)) : .second(decode(second, delivered))
    }

    /// Sends a command and waits for whichever of two events it causes, at most a duration; `nil` when the time is
    /// over.
    public func send<First: Event, Second: Event>(
        _ command: some Command, until first: First.Type, or second: Second.Type, within duration: Duration
    ) async throws -> FirstOf<First, Second>? {
        guard
            let (arm, delivered) = try await exchange(
                command, kind: "send", [First.self, Second.self], within: duration)
        else { return nil }
        return try arm == 0 ? .first(decode(first, delivered)) : .second(decode(second, delivered))
    }

    /// Sends a command, waits for the event that it causes, and notes how to undo it.
    ///
    /// - Parameters:
    ///   - undo: the command that undoes the step, made at once from the answer and kept; `nil` when there is nothing
    ///     to undo.
    ///   - undone: the event that confirms the undoing; a compensation waits for it.
    public func send<Reply: Event, Undoing: Command, Undone: Event>(
        _ command: some Command, until reply: Reply.Type, undo: (Reply) -> Undoing?, undone: Undone.Type
    ) async throws -> Reply {
        let answer = try await send(command, until: reply)
        if let undoing = undo(answer) { onCompensation(send: undoing, until: undone) }
        return answer
    }

    /// Notes a command that a compensation is to send, waiting for the event that confirms it.
    public func onCompensation<Undone: Event>(send command: some Command, until undone: Undone.Type) {
        guard state.enter() else { return }
        state.keep(command, until: undone, for: nil)
    }

    /// Notes a command that a compensation is to send, waiting for the event with a key that confirms it: for a command
    /// whose owner needs several steps, so that the confirmation is not caused by the command itself.
    public func onCompensation<Undone: Event>(
        send command: some Command, until undone: Undone.Type, for key: String
    ) {
        guard state.enter() else { return }
        state.keep(command, until: undone, for: key)
    }

    /// Asks another component and waits, durably, for the answer.
    public func ask<Asked: Query>(_ query: Asked) async throws -> Asked.Answer {
        let (_, delivered) = try await exchange(query, kind: "ask", [Asked.Answer.self])
        return try decode(Asked.Answer.self, delivered)
    }

    /// Asks another component and waits, durably, for the answer, at most a duration; `nil` when the time is over.
    public func ask<Asked: Query>(_ query: Asked, within duration: Duration) async throws -> Asked.Answer? {
        guard let (_, delivered) = try await exchange(query, kind: "ask", [Asked.Answer.self], within: duration) else {
            return nil
        }
        return try decode(Asked.Answer.self, delivered)
    }

    func undo(_ kept: KeptCommand) async throws {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let id = state.send(kept)
        _ = try await receive([kept.awaited(causation: id)])
    }

    private func exchange(
        _ message: some Message, kind: String, _ replies: [any Message.Type]
    ) async throws -> (Int, Delivered) {
        guard let answer = try await exchange(message, kind: kind, replies, within: nil) else {
            throw CancellationError()
        }
        return answer
    }

    private func exchange(
        _ message: some Message, kind: String, _ replies: [any Message.Type], within duration: Duration?
    ) async throws -> (Int, Delivered)? {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let owner = state.setting.catalogue.owners[type(of: message).name]
        let id = state.send(message, kind: kind, recipient: owner)
        return try await receive(
            replies.map { AwaitedType($0, for: Correlating.key(causation: id)) }, within: duration)
    }

    private func receive(_ arms: [AwaitedType]) async throws -> (Int, Delivered) {
        guard let answer = try await receive(arms, within: nil) else { throw CancellationError() }
        return answer
    }

    private func receive(
        _ arms: [AwaitedType], within duration: Duration?, reminding times: ReminderTimes? = nil,
        _ remind: @escaping () -> Void = {}
    ) async throws -> (Int, Delivered)? {
        try await state.enterOrLeave()
        try Task.checkCancellation()
        let name = arms.map(\.name.rawValue).joined(separator: "|")
        let seq = state.issue("wait", name)
        var operation = PendingOperation(
            seq: seq, name: name, waits: arms.map { state.wait(seq, for: $0) })
        let until = duration.map { now.advanced(by: $0) }
        if let until { operation.timers.append(state.timer(seq, due: until, purpose: "timeout")) }
        if let times, let due = times.first, until.map({ due < $0 }) ?? true {
            operation.timers.append(state.timer(seq, due: due, purpose: "reminder"))
            operation.reminder = .init(times: times, until: until, remind: remind)
        }
        state.begin(operation)
        guard case .message(let arm, let delivered) = try await state.suspend(seq) else { return nil }
        return (arm, delivered)
    }

    private func times(every interval: Duration?) -> ReminderTimes? {
        guard let interval else { return nil }
        guard interval > .zero else {
            if state.enter() {
                state.fault = state.fault ?? "a reminder every \(interval) would never end; give a duration above zero"
            }
            return nil
        }
        return ReminderTimes(every: interval, from: now)
    }

    private func decode<Received: Message>(_ type: Received.Type, _ delivered: Delivered) throws -> Received {
        try Record(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
            .decoded(as: type, coder: state.setting.factory.coder)
    }
}

/// How correlation keys are written in the store.
enum Correlating {
    /// The key under which an answer to a message is awaited.
    static func key(causation id: MessageID) -> String { prefix + id.rawValue }

    static func isCausation(_ key: String) -> Bool { key.hasPrefix(prefix) }

    private static let prefix = "caused-by:"
}
