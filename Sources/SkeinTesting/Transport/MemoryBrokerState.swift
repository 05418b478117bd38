import SkeinMessages
import SkeinTransport

/// Everything that a ``MemoryBroker`` knows. Each method is one thing that a connection or a test does to it; whoever
/// waits and may go on then is in ``woken``.
struct MemoryBrokerState: Sendable {
    /// A connection that sends.
    struct Sender: Sendable {
        var process: String
        var transactionalID: String?
        /// Whom to tell when it ends.
        var notice: (@Sendable (TransportError) -> Void)?
    }

    /// What happens under one transactional id.
    struct Transactions: Sendable {
        var place: String?
        var sender: Int
    }

    /// A connection that takes in.
    struct Source: Sendable {
        /// A message that was received and not acknowledged.
        struct InHand: Sendable, Hashable {
            var reading: MemoryReading.Key
            var partition: Int
            var offset: Int64
        }

        var request: SourceRequest
        var hasPlaces: Bool
        var readings: [MemoryReading.Key]
        /// Where it goes on in partitions that it has not had yet.
        var places: [SourcePlace]
        /// By receipt.
        var hand: [UInt64: InHand] = [:]
        var lastReceipt: UInt64 = 0
        /// The call of `receive` that waits.
        var waiter: UnsafeContinuation<Void, Never>?
        /// Whether the waiting call is to look again, though it has not begun to wait.
        var isWoken = false
    }

    let label: String
    let partitionCount: Int
    var topics: [String: MemoryTopic] = [:]
    var readings: [MemoryReading.Key: MemoryReading] = [:]
    var senders: [Int: Sender] = [:]
    var sources: [Int: Source] = [:]
    /// Why connections have ended that nobody has closed.
    var endings: [Int: TransportError] = [:]
    var transactions: [String: Transactions] = [:]
    /// How often each message was given to a sender, whatever became of it.
    var attempts: [MessageID: Int] = [:]
    var isStopped = false
    var refusal: Refusal?
    var weather: Weather?
    /// Counts connections.
    private var lastID = 0
    /// Counts stored messages.
    private var sequence: Int64 = 0
    private var woken: [UnsafeContinuation<Void, Never>] = []
    /// What owners of senders are to be told, outside of the lock.
    var notices: [@Sendable () -> Void] = []

    init(label: String, partitionCount: Int) { (self.label, self.partitionCount) = (label, partitionCount) }

    /// Which messages are refused, and why.
    struct Refusal: Sendable {
        var reason: @Sendable (OutboundMessage) -> TransportError?
    }

    /// What goes wrong, and the randomness that decides when.
    struct Weather: Sendable {
        var faults: MemoryBroker.Faults
        var random: SeededRandom
    }

    /// The calls that may look again, and what is to be told: for outside of the lock.
    mutating func takeWoken() -> (calls: [UnsafeContinuation<Void, Never>], notices: [@Sendable () -> Void]) {
        defer { (woken, notices) = ([], []) }
        return (woken, notices)
    }

    mutating func nextID() -> Int {
        lastID += 1
        return lastID
    }

    func checkRunning() throws {
        guard isStopped else { return }
        throw TransportError(.disconnected, "\(label): the broker is stopped; start it with MemoryBroker.start()")
    }

    /// Whether a fault comes about now.
    mutating func happens(_ fault: KeyPath<MemoryBroker.Faults, Double>) -> Bool {
        guard var weather, case let probability = weather.faults[keyPath: fault], probability > 0 else { return false }
        defer { self.weather = weather }
        return Double(weather.random.next() >> 11) * 0x1p-53 < probability
    }

    /// A number below a bound, which is 1 or more; 0 without faults.
    mutating func draw(below bound: Int) -> Int {
        guard var weather, bound > 1 else { return 0 }
        defer { self.weather = weather }
        return Int(weather.random.next() % UInt64(bound))
    }

    // A topic comes into being with its first message or reader.
    mutating func topic(of destination: Destination) -> String {
        let name = destination.memoryTopic
        if topics[name] == nil { topics[name] = MemoryTopic(destination, partitions: partitionCount) }
        return name
    }

    /// Stores a message and wakes those who read it.
    mutating func store(
        _ content: InboundMessage.Content, key: String, to destination: Destination, replyTo: String? = nil,
        isRepeated: Bool = false, at time: Timestamp
    ) {
        let name = topic(of: destination)
        sequence += 1
        let stored = MemoryTopic.Stored(
            content: content, key: key, replyTo: replyTo, isRepeated: isRepeated, time: time, sequence: sequence)
        guard let partition = topics[name]?.partition(of: key) else { return }
        topics[name]?.partitions[partition].append(stored)
        for id in sources.keys.sorted() where sources[id]?.readings.contains(where: { $0.topic == name }) == true {
            wake(id)
        }
    }

    /// Lets the waiting `receive` of a source look again.
    mutating func wake(_ source: Int) {
        guard sources[source] != nil else { return }
        if let waiter = sources[source]?.waiter {
            sources[source]?.waiter = nil
            woken.append(waiter)
        } else {
            sources[source]?.isWoken = true
        }
    }

    /// Notes that a `receive` waits.
    ///
    /// - Returns: whether it is not to wait, since something has changed.
    mutating func wait(_ waiter: UnsafeContinuation<Void, Never>, in source: Int) -> Bool {
        guard let state = sources[source], !state.isWoken else {
            sources[source]?.isWoken = false
            return true
        }
        precondition(state.waiter == nil, "a source is asked for messages while it is being asked for messages")
        sources[source]?.waiter = waiter
        return false
    }
}
