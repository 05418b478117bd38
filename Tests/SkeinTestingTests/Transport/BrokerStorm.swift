import Foundation
import SkeinCore
import SkeinMessages
import SkeinTesting
import SkeinTransport
import Synchronization

/// A process that sends and one that reads, while the broker fails as its faults and a seed say, and both are killed
/// now and then. Everything runs on one thread.
final class BrokerStorm {
    /// What a seed decides besides the faults.
    struct Setting {
        var hasPositions = true
        var isTransactional = false
        /// How many sources share the reader; 0 for one `alone`.
        var members = 0
    }

    /// What the sending process still has to send. Outlives it.
    private struct Outbox {
        var messages: [OutboundMessage]
    }

    /// What the reading process has recorded. Outlives it.
    fileprivate struct Inbox {
        var seen: Set<MessageID> = []
        /// In the order in which they were recorded.
        var recorded: [MessageID] = []
        /// The next offset of each partition.
        var places: [Int: Int64] = [:]
        /// Also repetitions.
        var deliveries = 0
    }

    static let events = Destination.events(of: "payment")
    static let keys = 5
    static let count = 40

    let broker = MemoryBroker(partitions: 3)
    private let setting: Setting
    private let transport: any Transport
    private let outbox: Box<Outbox>
    private let inbox = Box(Inbox())
    private var random: SeededRandom
    /// The first is that of the sender.
    private var executors: [SimulatedExecutor] = []
    private var isCalm = false
    private(set) var steps = 0

    init(seed: UInt64, faults: MemoryBroker.Faults = .stormy) {
        random = SeededRandom(seed: seed)
        setting = Setting(
            hasPositions: random.next() % 3 > 0, isTransactional: random.next() % 3 == 0,
            members: Int(random.next() % 3))
        var features = MemoryBroker.features
        if !setting.hasPositions { features.abilities.remove(.positions) }
        transport = broker.transport(features: features)
        broker.suffer(faults, seed: random.next())
        outbox = Box(Outbox(messages: (0..<Self.count).map(Self.message)))
    }

    static func message(_ number: Int) -> OutboundMessage {
        let id = MessageID("\(number)")
        let envelope = Envelope(
            time: Timestamp(microseconds: 0),
            metadata: .init(
                id: id, kind: .event, name: "payment.received", version: SchemaVersion(1, 0, 0), source: "payment",
                subject: "key-\(number % keys)"),
            context: .init(correlationID: id), payload: Payload(bytes: Data()))
        return OutboundMessage(envelope, to: events)
    }

    /// What was recorded, each message once.
    var recorded: [MessageID] { inbox.read { $0.recorded } }
    var deliveries: Int { inbox.read { $0.deliveries } }
    private var isDone: Bool { outbox.read { $0.messages.isEmpty } && recorded.count == Self.count }

    /// - Returns: whether everything was recorded; otherwise both processes wait for something that nobody does.
    func run() -> Bool {
        executors = [makeExecutor()] + (0..<max(setting.members, 1)).map { _ in makeExecutor() }
        startReaders()
        // A reader that begins with what is sent from now on has to be there first.
        while broker.connectedProcesses.isEmpty { _ = executors[1].runNext() }
        startSender()
        while !isDone {
            steps += 1
            intervene()
            let first = Int(random.next() % UInt64(executors.count))
            let ran = executors.indices.contains { executors[(first + $0) % executors.count].runNext() }
            guard ran || !isCalm else { return isDone }
        }
        return true
    }

    private func intervene() {
        if steps == 3000 {
            isCalm = true
            broker.calm()
            broker.start()
        }
        guard !isCalm else { return }
        switch random.next() % 400 {
        case 0: broker.stop()
        case 1...8: broker.start()
        case 9:
            executors[0].halt()
            executors[0] = makeExecutor()
            startSender()
        case 10...11:
            let isCutOff = setting.members > 0 || random.next() % 2 == 0
            for executor in executors.dropFirst() { executor.halt() }
            if isCutOff { broker.disconnectAll(of: "order") }
            for index in executors.indices.dropFirst() { executors[index] = makeExecutor() }
            startReaders()
        case 12: broker.rebalance()
        case 13: broker.trim()
        default: break
        }
    }

    private func makeExecutor() -> SimulatedExecutor { SimulatedExecutor(seed: random.next()) }

    private func startSender() {
        let (transport, outbox, isTransactional) = (transport, outbox, setting.isTransactional)
        start(on: executors[0]) {
            await Self.sendAll(outbox, over: transport, isTransactional: isTransactional)
        }
    }

    private static func sendAll(
        _ outbox: Box<Outbox>, over transport: any Transport, isTransactional: Bool
    ) async {
        while !outbox.read({ $0.messages.isEmpty }) {
            try? await send(outbox, over: transport, isTransactional: isTransactional)
            await Task.yield()
        }
    }

    /// Sends until the connection fails. What is not known to have arrived stays in front, marked as repeated.
    private static func send(
        _ outbox: Box<Outbox>, over transport: any Transport, isTransactional: Bool
    ) async throws {
        let id = isTransactional ? "payment" : nil
        let sender = try await transport.openSender(
            SenderRequest(channel: "c", process: "payment", transactionalID: id))
        while case let batch = outbox.read({ Array($0.messages.prefix(7)) }), !batch.isEmpty {
            outbox.change { for index in batch.indices { $0.messages[index].isRepeated = true } }
            let outcomes = try await sender.send(
                OutboundBatch(batch, place: isTransactional ? batch.last?.envelope.id.rawValue : nil))
            let rest = zip(batch, outcomes).compactMap { message, outcome -> OutboundMessage? in
                if case .acknowledged = outcome { return nil }
                var message = message
                message.isRepeated = true
                return message
            }
            outbox.change { $0.messages.replaceSubrange(batch.indices, with: rest) }
        }
        await sender.close()
    }

    private func startReaders() {
        for index in executors.indices.dropFirst() {
            let sharing = setting.members == 0 ? SourceRequest.Sharing.alone : .group(member: "\(index)")
            let (transport, inbox, hasPositions) = (transport, inbox, setting.hasPositions)
            start(on: executors[index]) {
                await Self.readAll(inbox, over: transport, sharing, hasPositions: hasPositions)
            }
        }
    }

    private static func readAll(
        _ inbox: Box<Inbox>, over transport: any Transport, _ sharing: SourceRequest.Sharing, hasPositions: Bool
    ) async {
        while true {
            try? await read(inbox, over: transport, sharing, hasPositions: hasPositions)
            await Task.yield()
        }
    }

    /// Reads until the connection fails.
    private static func read(
        _ inbox: Box<Inbox>, over transport: any Transport, _ sharing: SourceRequest.Sharing, hasPositions: Bool
    ) async throws {
        let places = inbox.read { $0.places }.sorted { $0.key < $1.key }.map {
            SourcePlace(topic: MemoryBroker.topic(of: events), partition: $0.key, next: $0.value)
        }
        let source = try await transport.openSource(
            SourceRequest(
                channel: "c", process: "order", subscriptions: [SourceSubscription(events)],
                places: sharing == .alone && hasPositions ? places : [], sharing: sharing, window: 6))
        while true {
            let messages = try await source.receive(limit: 4)
            // The process may be killed before it has recorded them, or lose their partition.
            await Task.yield()
            inbox.change { inbox in
                for message in messages { inbox.record(message) }
            }
            try await source.acknowledge(messages)
        }
    }
}

extension BrokerStorm.Inbox {
    mutating func record(_ message: InboundMessage) {
        guard case .envelope(let envelope) = message.content else { return }
        deliveries += 1
        if let offset = message.origin.offset {
            places[message.origin.partition] = max(places[message.origin.partition] ?? 0, offset + 1)
        }
        if seen.insert(envelope.id).inserted { recorded.append(envelope.id) }
    }
}

/// Runs code that nobody waits for, until its executor is halted.
private func start(on executor: SimulatedExecutor, _ body: @escaping @Sendable () async -> Void) {
    Task(executorPreference: executor) { await body() }
}

/// A value that outlives processes.
private final class Box<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func read<Part: Sendable>(_ body: (Value) -> Part) -> Part { value.withLock { body($0) } }
    func change(_ body: (inout Value) -> Void) { value.withLock { body(&$0) } }
}
