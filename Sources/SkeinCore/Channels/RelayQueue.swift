import SkeinStorage
import SkeinTransport
internal import DequeModule

/// The messages that a relay has read and not sent: which go next, and which wait because an earlier one of their key
/// could not be sent.
///
/// One batch is under way at a time. A key whose message the broker does not take is *stopped*: its later messages wait
/// behind that one, which is tried again alone, and all other keys go on. Each event returns what follows from it.
struct RelayQueue {
    /// A message on its way out.
    struct Item: Sendable {
        var position: Int64
        var message: OutboundMessage
        /// Whether the message is published in the mode ``PublishingMode/fireAndForget``: it is sent once, and lost if
        /// that fails.
        var isUnreliable = false
        /// How often the broker has not taken it.
        var failures = 0

        var key: StoredKey { StoredKey(message.envelope.subject) }
        var bytes: Int { message.envelope.payload.bytes.count + 512 }
    }

    /// A key that cannot go on.
    private struct Stopped {
        /// The message that could not be sent, and those behind it; while the first is under
        /// way, only those.
        var items: Deque<Item>
        var state: State

        enum State {
            /// Waits for its next attempt, or for an operator.
            case waiting
            /// Is to be tried with the next batch.
            case due
            /// The first message is in the batch under way.
            case trying
        }
    }

    /// What became of a batch.
    struct Settlement {
        /// The messages that need not be sent again.
        var done: [Item] = []
        /// The messages that stop their keys, or keep them stopped, each with the reason.
        var stopped: [(item: Item, error: TransportError, isRefused: Bool)] = []
        /// Fire-and-forget messages that the broker does not have. They are not sent again.
        var lost: [Item] = []
    }

    private var waiting = Deque<Item>()
    private var stopped: [StoredKey: Stopped] = [:]
    private var due = Deque<StoredKey>()
    private var sending: [Item] = []
    private(set) var stoppedItems = 0
    /// How much memory the messages take, in bytes.
    private(set) var bytes = 0

    /// How many messages are in memory.
    var count: Int { waiting.count + stoppedItems + sending.count }
    /// How many are free to go.
    var ready: Int { waiting.count + due.count }
    /// How many keys are stopped.
    var stoppedKeys: Int { stopped.count }
    var isSending: Bool { !sending.isEmpty }
    /// Whether the batch under way is lost where it cannot be sent at once.
    var isSendingUnreliable: Bool { sending.first?.isUnreliable ?? false }
    /// Whether nothing is to be sent before time passes or somebody acts.
    var isAtRest: Bool { waiting.isEmpty && due.isEmpty && sending.isEmpty }

    /// Adds a message that was read from the log.
    mutating func add(_ item: Item) {
        bytes += item.bytes
        guard !stopped.isEmpty, stopped[item.key] != nil else { return waiting.append(item) }
        stopped[item.key]?.items.append(item)
        stoppedItems += 1
    }

    /// Adds a message that could not be sent before the last restart, and has to wait for its next attempt.
    mutating func addStopped(_ item: Item) {
        guard stopped[item.key] == nil else { return add(item) }
        stopped[item.key] = Stopped(items: [item], state: .waiting)
        stoppedItems += 1
        bytes += item.bytes
    }

    /// The next batch, which is under way from now on; `nil` while one is, or when there is nothing to send.
    ///
    /// - Parameters:
    ///   - limit: the largest number of messages.
    ///   - bytes: the largest size of their payloads; a single message may exceed it.
    mutating func nextBatch(limit: Int, bytes: Int) -> [Item]? {
        guard sending.isEmpty else { return nil }
        var size = 0
        func takes(_ item: Item) -> Bool {
            guard sending.count < limit, sending.isEmpty || size + item.bytes <= bytes else { return false }
            return sending.first.map { $0.isUnreliable == item.isUnreliable } ?? true
        }
        while let key = due.first, let item = stopped[key]?.items.first, takes(item) {
            due.removeFirst()
            stopped[key]?.items.removeFirst()
            stopped[key]?.state = .trying
            stoppedItems -= 1
            sending.append(item)
            size += item.bytes
        }
        while let item = waiting.first, takes(item) {
            waiting.removeFirst()
            sending.append(item)
            size += item.bytes
        }
        return sending.isEmpty ? nil : sending
    }

    /// The batch under way has not left: all of it comes next.
    mutating func takeBack() {
        let items = sending
        sending = []
        bringForward(items)
    }

    private mutating func bringForward(_ items: [Item]) {
        for item in items.reversed() {
            guard stopped[item.key]?.state == .trying else {
                waiting.prepend(item)
                continue
            }
            stopped[item.key]?.items.prepend(item)
            stopped[item.key]?.state = .due
            stoppedItems += 1
            due.prepend(item.key)
        }
    }

    /// The batch under way has ended, with an outcome for each message.
    ///
    /// - Parameter isTransaction: whether what is refused keeps all others from being sent.
    mutating func sent(_ outcomes: [SendOutcome], isTransaction: Bool = false) -> Settlement {
        if isTransaction, !isSendingUnreliable, outcomes.contains(where: \.isRefused) { return aborted(outcomes) }
        var settlement = Settlement()
        let items = sending
        sending = []
        var behind: [StoredKey: [Item]] = [:]
        for (index, item) in items.enumerated() {
            // An adapter that reports too few outcomes has not said what became of the rest.
            let outcome = index < outcomes.count ? outcomes[index] : .failed(Self.unsaid)
            if case .acknowledged = outcome {
                settlement.done.append(item)
                if !stopped.isEmpty, stopped[item.key]?.state == .trying { resume(item.key) }
            } else if item.isUnreliable {
                settlement.lost.append(item)
                if stopped[item.key]?.state == .trying { resume(item.key) }
            } else {
                behind[item.key, default: []].append(item)
                stop(item, outcome, in: &settlement)
            }
        }
        for (key, items) in behind { putBack(items, of: key) }
        moveWaiting(of: behind.keys)
        bytes -= (settlement.done + settlement.lost).reduce(0) { $0 + $1.bytes }
        return settlement
    }

    private static let unsaid = TransportError(.broker, "the transport did not say what became of it")

    /// Nothing of a transaction was sent, because of those messages that were refused: they stop their keys, and all
    /// others come next.
    private mutating func aborted(_ outcomes: [SendOutcome]) -> Settlement {
        var settlement = Settlement()
        let items = sending
        sending = []
        let refused = Set(zip(items, outcomes).filter { $1.isRefused }.map { $0.0.key })
        var behind: [StoredKey: [Item]] = [:]
        for (index, item) in items.enumerated() where refused.contains(item.key) {
            behind[item.key, default: []].append(item)
            stop(item, index < outcomes.count ? outcomes[index] : .failed(Self.unsaid), in: &settlement)
        }
        for (key, items) in behind { putBack(items, of: key) }
        moveWaiting(of: behind.keys)
        bringForward(items.filter { !refused.contains($0.key) })
        return settlement
    }

    /// Messages of newly stopped keys that were read while the batch was under way wait behind those of the batch.
    private mutating func moveWaiting(of keys: some Collection<StoredKey>) {
        guard !keys.isEmpty, !waiting.isEmpty else { return }
        var free = Deque<Item>()
        for item in waiting {
            guard stopped[item.key] != nil else {
                free.append(item)
                continue
            }
            stopped[item.key]?.items.append(item)
            stoppedItems += 1
        }
        waiting = free
    }

    /// The connection ended while the batch was under way, so nobody knows what became of it: all of it goes again,
    /// before everything else, marked as a repetition.
    ///
    /// - Returns: what need not go again, because it may be lost.
    mutating func interrupted() -> Settlement {
        var settlement = Settlement()
        let items = sending
        sending = []
        for item in items where item.isUnreliable {
            settlement.lost.append(item)
            bytes -= item.bytes
            if stopped[item.key]?.state == .trying { resume(item.key) }
        }
        bringForward(
            items.filter { !$0.isUnreliable }.map { item in
                var item = item
                item.message.isRepeated = true
                return item
            })
        return settlement
    }

    /// Removes messages that the broker has already, when no batch is under way. A key goes on whose first message is
    /// among them.
    mutating func remove(where isDone: (Item) -> Bool) -> [Item] {
        var removed: [Item] = []
        func takes(_ item: Item) -> Bool {
            guard isDone(item) else { return false }
            removed.append(item)
            bytes -= item.bytes
            return true
        }
        waiting.removeAll(where: takes)
        for (key, var entry) in stopped {
            guard let first = entry.items.first else { continue }
            let count = entry.items.count
            entry.items.removeAll(where: takes)
            stoppedItems -= count - entry.items.count
            stopped[key] = entry
            guard isDone(first) else { continue }
            // What stopped the key is through.
            if entry.state == .due { due.removeAll { $0 == key } }
            stopped[key] = nil
            stoppedItems -= entry.items.count
            for item in entry.items.reversed() { waiting.prepend(item) }
        }
        return removed
    }

    /// The next attempt at a stopped key is due.
    mutating func retry(_ key: StoredKey) {
        guard stopped[key]?.state == .waiting else { return }
        stopped[key]?.state = .due
        due.append(key)
    }

    /// A stopped key is not to be tried before ``retry(_:)``.
    mutating func hold(_ key: StoredKey) {
        guard stopped[key]?.state == .due else { return }
        stopped[key]?.state = .waiting
        due.removeAll { $0 == key }
    }

    /// The first message of a stopped key, unless it is in the batch under way.
    func first(of key: StoredKey) -> Item? {
        guard let entry = stopped[key], entry.state != .trying else { return nil }
        return entry.items.first
    }

    /// Whether the first message of a stopped key is in the batch under way.
    func isTrying(_ key: StoredKey) -> Bool { stopped[key]?.state == .trying }

    /// Changes the first message of a stopped key, because an operator has.
    mutating func change(_ key: StoredKey, _ body: (inout Item) -> Void) {
        guard var entry = stopped[key], entry.state != .trying, !entry.items.isEmpty else { return }
        bytes -= entry.items[0].bytes
        body(&entry.items[0])
        bytes += entry.items[0].bytes
        stopped[key] = entry
    }

    /// Goes on without the first message of a stopped key.
    ///
    /// - Returns: that message; `nil` if the key is not stopped, or the message is in the batch under way.
    mutating func skip(_ key: StoredKey) -> Item? {
        guard let entry = stopped[key], entry.state != .trying, let item = entry.items.first else { return nil }
        if entry.state == .due { due.removeAll { $0 == key } }
        stopped[key] = nil
        stoppedItems -= entry.items.count
        bytes -= item.bytes
        for item in entry.items.dropFirst().reversed() { waiting.prepend(item) }
        return item
    }

    private mutating func stop(_ item: Item, _ outcome: SendOutcome, in settlement: inout Settlement) {
        let (error, isRefused): (TransportError, Bool) =
            switch outcome {
            case .refused(let error): (error, true)
            case .failed(let error): (error, false)
            case .acknowledged: (TransportError(.broker, "the transaction was aborted"), false)
            }
        // Only the first message of a key says what is wrong; those behind it wait for it.
        guard !settlement.stopped.contains(where: { $0.item.key == item.key }) else { return }
        var failed = item
        failed.failures += 1
        settlement.stopped.append((failed, error, isRefused))
    }

    /// Messages of a key that were not acknowledged wait in their order, before those that came meanwhile.
    private mutating func putBack(_ items: [Item], of key: StoredKey) {
        var entry = stopped[key] ?? Stopped(items: [], state: .waiting)
        entry.state = .waiting
        for (index, item) in items.enumerated().reversed() {
            var item = item
            if index == 0 { item.failures += 1 }
            item.message.isRepeated = true
            entry.items.prepend(item)
        }
        stoppedItems += items.count
        stopped[key] = entry
    }

    /// The first message of a stopped key is through: those behind it are the oldest of their key, so they go first.
    private mutating func resume(_ key: StoredKey) {
        guard let entry = stopped.removeValue(forKey: key) else { return }
        stoppedItems -= entry.items.count
        for next in entry.items.reversed() { waiting.prepend(next) }
    }
}

extension SendOutcome {
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
}
