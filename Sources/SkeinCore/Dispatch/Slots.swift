/// The room that one handler has in memory, as a state machine. It tells a handler that is merely busy, for which the
/// others wait a little, from one that would delay them for long.
struct Slots {
    private enum State {
        case open
        /// A message has found no room. Since then this many messages have left.
        case full(since: Timestamp, left: Int)
        /// Fewer messages than there are slots have left in the time for which others may be delayed.
        case overflowing(since: Timestamp)
    }

    enum Answer: Equatable {
        case free
        /// Ask again when a message has left, or at the time.
        case wait(until: Timestamp?)
        /// The message is to be in the store, not in memory.
        case overflow(since: Timestamp)
    }

    let limit: Int
    /// How long a full handler may delay the others; `nil` where there are no others.
    private let patience: Duration?
    private(set) var taken = 0
    private var state = State.open

    init(limit: Int, patience: Duration?) { (self.limit, self.patience) = (limit, patience) }

    var isFull: Bool { taken >= limit }

    /// Whether so few slots are left that a message that has failed should not wait in one.
    var isShort: Bool { taken * 2 > limit }

    /// A message wants a slot.
    mutating func ask(at now: Timestamp) -> Answer {
        if taken < limit { return .free }
        guard let patience else { return .wait(until: nil) }
        switch state {
        case .open:
            state = .full(since: now, left: 0)
            return ask(at: now)
        case .full(let since, _) where now < since.advanced(by: patience):
            return .wait(until: since.advanced(by: patience))
        case .full(_, let left) where left >= limit && patience > .zero:
            state = .full(since: now, left: 0)
            return .wait(until: now.advanced(by: patience))
        case .full(let since, _), .overflowing(let since):
            state = .overflowing(since: since)
            return .overflow(since: since)
        }
    }

    /// Messages have taken slots (a positive number) or have left. There may be fewer slots than are taken: messages
    /// behind another one of their key come along with it when its handler's turn ends.
    mutating func count(_ change: Int) {
        taken += change
        guard change < 0 else { return }
        if taken * 2 <= limit {
            state = .open
        } else if case .full(let since, let left) = state {
            state = .full(since: since, left: left - change)
        }
    }
}
