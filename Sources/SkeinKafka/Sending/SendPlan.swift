import SkeinMessages
import SkeinTransport

/// What becomes of the messages of one batch: outcomes come in any order, and a key stays behind its first failure.
struct SendPlan {
    /// Order holds among messages of one destination with one subject.
    private struct Key: Hashable {
        let destination: Destination
        let subject: String
    }

    private let messages: [OutboundMessage]
    private var outcomes: [SendOutcome?]
    /// Keys with a message that will not be acknowledged.
    private var stopped: Set<Key> = []
    /// How many messages have no outcome yet.
    private(set) var open: Int

    init(_ messages: [OutboundMessage]) {
        self.messages = messages
        outcomes = Array(repeating: nil, count: messages.count)
        open = messages.count
    }

    /// Whether every message has its outcome.
    var isComplete: Bool { open == 0 }

    /// Whether a message may leave: no message before it with its key has failed.
    ///
    /// Otherwise it gets its outcome here.
    mutating func admits(_ index: Int) -> Bool {
        if stopped.isEmpty || !stopped.contains(key(index)) { return true }
        settle(index, .failed(Self.behind))
        return false
    }

    /// Takes the outcome of a message; the second one of a message changes nothing.
    mutating func settle(_ index: Int, _ outcome: SendOutcome) {
        guard outcomes.indices.contains(index), outcomes[index] == nil else { return }
        outcomes[index] = outcome
        open -= 1
        if case .acknowledged = outcome { return }
        stopped.insert(key(index))
    }

    /// The outcomes, in the order of the batch. What was acknowledged behind a failure of its key is to be sent again,
    /// because its reader is to get it after the one that failed.
    func finished() -> [SendOutcome] {
        guard !stopped.isEmpty else { return outcomes.map { $0 ?? .failed(Self.behind) } }
        var passed: Set<Key> = []
        return outcomes.indices.map { index in
            let (key, outcome) = (key(index), outcomes[index] ?? .failed(Self.behind))
            guard case .acknowledged = outcome else {
                passed.insert(key)
                return outcome
            }
            return passed.contains(key) ? .failed(Self.behind) : outcome
        }
    }

    /// The outcomes of a batch that is all or nothing, of which something has failed.
    func undone() -> [SendOutcome] {
        outcomes.map { outcome in
            if case .refused = outcome, let outcome { outcome } else { .failed(Self.aborted) }
        }
    }

    /// Whether something will not be acknowledged.
    var hasFailures: Bool { !stopped.isEmpty }

    private func key(_ index: Int) -> Key {
        Key(destination: messages[index].destination, subject: messages[index].envelope.subject)
    }

    private static let behind = TransportError(
        .broker, "a message before this one with the same subject has not been acknowledged")
    private static let aborted = TransportError(
        .broker, "the transaction was aborted because of another message of the batch")
}
