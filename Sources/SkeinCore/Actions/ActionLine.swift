internal import DequeModule

/// The actions on one subject, in the order in which they were asked for. They are carried out one by one: the next is
/// planned when the commit of the one before is durable, so each plan sees the rows as the one before left them.
///
/// Each event returns what its caller has to do.
struct ActionLine {
    private enum State {
        case idle
        /// The call has its turn and waits until its subject is at rest.
        case waiting(ActionCall)
        /// The commit of a call is on its way.
        case committing
    }

    private var state = State.idle
    private var behind = Deque<ActionCall>()

    /// Whether nobody acts on the subject.
    var isIdle: Bool { if case .idle = state { true } else { false } }

    /// Whether the commit of a call is on its way.
    var isCommitting: Bool { if case .committing = state { true } else { false } }

    /// The call to plan when the subject is at rest; `nil` while there is none, or a commit is on its way.
    var waiting: ActionCall? { if case .waiting(let call) = state { call } else { nil } }

    /// Adds a call behind the others.
    ///
    /// - Returns: whether it is the only one, so that the subject has to be brought to rest.
    mutating func add(_ call: ActionCall) -> Bool {
        guard isIdle else {
            behind.append(call)
            return false
        }
        state = .waiting(call)
        return true
    }

    /// The commit of the call whose turn it is has been handed over.
    mutating func commit() {
        guard case .waiting = state else { preconditionFailure("no action waits to be committed") }
        state = .committing
    }

    /// That commit is durable.
    mutating func committed() { if case .committing = state { next() } }

    /// The call whose turn it is was answered without a commit.
    mutating func answered() { if case .waiting = state { next() } }

    /// Takes a call out that has waited for too long.
    ///
    /// - Returns: whether it still waited.
    mutating func withdraw(_ call: ActionCall) -> Bool {
        if case .waiting(call) = state {
            next()
            return true
        }
        guard let index = behind.firstIndex(where: { $0 === call }) else { return false }
        behind.remove(at: index)
        return true
    }

    private mutating func next() { state = behind.popFirst().map { .waiting($0) } ?? .idle }
}

extension ActionCall: Equatable {
    static func == (left: ActionCall, right: ActionCall) -> Bool { left === right }
}
