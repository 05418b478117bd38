import DequeModule
import SkeinTransport

/// The messages that a source has taken from Kafka and not handed out yet, and the bound on what is handed out and not
/// acknowledged. Each event returns what the driver has to do.
struct InboundWindow<Waiter> {
    /// What the driver is to do.
    enum Action {
        case none
        case resume(Waiter, Result<[InboundMessage], any Error>)
    }

    private enum State {
        case idle
        /// A call of `receive` waits. In this state nothing can be handed out: the buffer is empty, or the window full.
        case waiting(Waiter, id: UInt64, limit: Int)
        case failed(TransportError)
    }

    private var state = State.idle
    private var buffered: Deque<InboundMessage> = []
    /// How many messages are handed out and not acknowledged.
    private(set) var inHand = 0
    private var nextReceipt: UInt64 = 1
    private let window: Int

    /// - Parameter window: 1 or more.
    init(window: Int) { self.window = max(1, window) }

    /// How many more messages readers should bring.
    var room: Int { max(0, window - buffered.count - inHand) }

    /// Whether readers that have paused should go on.
    var isHalfEmpty: Bool { buffered.count + inHand <= window / 2 }

    /// Takes messages from a reader, and gives them their receipts.
    ///
    /// - Returns: the receipt of the first one; those of the others follow.
    mutating func offer(_ messages: [InboundMessage]) -> (first: UInt64, action: Action) {
        let first = nextReceipt
        for var message in messages {
            message.receipt = nextReceipt
            nextReceipt += 1
            buffered.append(message)
        }
        return (first, handOut())
    }

    /// Somebody waits for messages.
    mutating func receive(_ waiter: Waiter, id: UInt64, limit: Int) -> Action {
        switch state {
        case .failed(let error): return .resume(waiter, .failure(error))
        case .waiting:
            let problem = "receive was called while another call waits; call it again when that one has returned"
            return .resume(waiter, .failure(TransportError(.unsupported, problem)))
        case .idle:
            state = .waiting(waiter, id: id, limit: max(1, limit))
            return handOut()
        }
    }

    /// The task that waits was cancelled.
    mutating func cancel(id: UInt64) -> Action {
        guard case .waiting(let waiter, id, _) = state else { return .none }
        state = .idle
        return .resume(waiter, .failure(CancellationError()))
    }

    /// Messages that were handed out are recorded.
    mutating func acknowledge(_ count: Int) -> Action {
        inHand = max(0, inHand - count)
        return handOut()
    }

    /// Removes the messages of partitions that go to another source and were not handed out; that source gets them.
    ///
    /// - Returns: their receipts.
    mutating func drop(_ partitions: Set<TopicPartition>) -> Set<UInt64> {
        let lost = buffered.lazy.filter { partitions.contains(TopicPartition($0.origin)) }.map(\.receipt)
        let receipts = Set(lost)
        buffered.removeAll { receipts.contains($0.receipt) }
        return receipts
    }

    /// The source ends; the first reason stays.
    mutating func fail(_ error: TransportError) -> Action {
        buffered = []
        switch state {
        case .failed: return .none
        case .idle:
            state = .failed(error)
            return .none
        case .waiting(let waiter, _, _):
            state = .failed(error)
            return .resume(waiter, .failure(error))
        }
    }

    private mutating func handOut() -> Action {
        guard case .waiting(let waiter, _, let limit) = state else { return .none }
        let count = min(limit, buffered.count, window - inHand)
        guard count > 0 else { return .none }
        let messages = Array(buffered.prefix(count))
        buffered.removeFirst(count)
        inHand += count
        state = .idle
        return .resume(waiter, .success(messages))
    }
}
