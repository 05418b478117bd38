#if Kafka
import CRdKafka
import SkeinMessages
import SkeinTransport
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The thread of one consumer: brings messages to the source's hub, and tells Kafka what is acknowledged.
final class Reader: @unchecked Sendable {
    // Proof for `@unchecked`: after `init` only the thread touches the stored `var`s and `client`; `open`,
    // `acknowledge` and `backlog` are called on it, and so are librdkafka's callbacks, from within its polls.

    /// How many messages are taken before jobs are looked at again.
    private static let turn = 200
    /// How long the window may stay full before the partitions are paused. Not at once, because pausing throws away
    /// what librdkafka has fetched.
    private static let fullFor = Duration.milliseconds(200)

    let plan: ReaderPlan
    let thread: ClientThread
    let client: KafkaClient
    let hub: InboundHub
    let places: [TopicPartition: Int64]
    var progress: [TopicPartition: PartitionProgress] = [:]
    /// Whether the reader takes messages: it has been opened, and has not failed.
    private(set) var isReading = false
    private var fullSince: ContinuousClock.Instant?
    private var isPaused = false
    /// Whether a commit has no answer yet.
    var isCommitting = false
    private var commitAt = ContinuousClock.now
    private var renewAt: ContinuousClock.Instant
    var discoverAt = ContinuousClock.now
    private var downSince: ContinuousClock.Instant?
    var watch: StandstillWatch
    var watchAt = ContinuousClock.now
    let began = ContinuousClock.now
    /// How far the reader has got as a member of a group.
    var membership = Membership.none

    enum Membership {
        case none
        /// It has asked for partitions, and has had no answer yet.
        case waiting
        /// It has been told its partitions at least once.
        case admitted
    }

    init(
        _ configuration: KafkaConfiguration, _ request: SourceRequest, _ plan: ReaderPlan, _ hub: InboundHub
    ) throws(TransportError) {
        (self.plan, self.hub) = (plan, hub)
        watch = StandstillWatch(patience: configuration.standstillPatience)
        renewAt = ContinuousClock.now + configuration.commitRenewal
        let places = request.places.map { (TopicPartition($0.topic, Int32(clamping: $0.partition)), $0.next) }
        self.places = Dictionary(places, uniquingKeysWith: { $1 })
        let role = KafkaConfiguration.Role.consumer(group: plan.group, instance: plan.member)
        let callbacks = ReaderCallbacks()
        client = try KafkaClient(configuration, for: role, clientID: "\(request.channel).\(request.process)") {
            callbacks.install(in: $0)
        }
        rd_kafka_poll_set_consumer(client.handle)
        thread = ClientThread(client: client.handle, events: rd_kafka_queue_get_consumer(client.handle))
        callbacks.reader = self
        do throws(TransportError) {
            // The thread keeps this object and the callbacks until it ends; the source tells it to.
            try thread.start { [self] in
                poll()
            } end: { [self] in
                end(callbacks)
            }
        } catch {
            client.destroy()
            throw error
        }
    }

    /// Finds the topics and where to begin, and begins.
    func open(until deadline: ContinuousClock.Instant) throws(TransportError) {
        try client.connect(until: deadline) { [self] in _ = next(0) }
        do throws(ClientTrouble) {
            try begin(until: deadline)
        } catch {
            let topics = plan.subscriptions.keys.sorted().joined(separator: ", ")
            throw error.error("cannot read \(topics) as '\(plan.group)'", at: client.configuration.address)
        }
        isReading = true
        discoverAt = ContinuousClock.now + client.configuration.partitionDiscovery
    }

    func acknowledge(_ messages: [InboundMessage]) {
        for message in messages {
            let key = TopicPartition(message.origin)
            progress[key]?.acknowledge(message.receipt)
        }
    }

    /// What Kafka has beyond what was taken, as far as the last answers told.
    func backlog() -> Int {
        progress.reduce(0) { sum, entry in
            var (low, high): (Int64, Int64) = (0, 0)
            let code = rd_kafka_get_watermark_offsets(client.handle, entry.key.topic, entry.key.partition, &low, &high)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return sum }
            return sum + Int(max(0, high - max(entry.value.next, low)))
        }
    }

    /// Called in turns by the thread.
    private func poll() {
        guard isReading else { return thread.awaitJobs(milliseconds: 100) }
        let now = ContinuousClock.now
        if now >= commitAt {
            if now >= renewAt { renew(at: now) }
            commit(isWaiting: false)
            commitAt = now + client.configuration.commitInterval
        }
        if plan.member == nil, now >= discoverAt { discover() }
        if let downSince, now >= downSince + client.configuration.connectTimeout { probe() }
        if isPaused {
            if hub.isHalfEmpty { pause(false) }
        } else if hub.room > 0 {
            fullSince = nil
        } else if let fullSince {
            guard now >= fullSince + Self.fullFor else { return thread.awaitJobs(milliseconds: 20) }
            pause(true)
        } else {
            fullSince = now
            return
        }
        take(upTo: isPaused ? 1 : max(1, min(hub.room, Self.turn)))
    }

    /// Has the next commit tell Kafka all places again.
    private func renew(at now: ContinuousClock.Instant) {
        for partition in progress.keys { progress[partition]?.markCommitted(nil) }
        renewAt = now + client.configuration.commitRenewal
    }

    private func take(upTo limit: Int) {
        var messages: [InboundMessage] = []
        while messages.count < limit, let message = next(messages.isEmpty ? 100 : 0) { messages.append(message) }
        guard !messages.isEmpty else {
            let now = ContinuousClock.now
            if isReading, !isPaused, now >= watchAt { lookForStandstill(at: now) }
            return
        }
        let first = hub.offer(messages)
        for (index, message) in messages.enumerated() {
            guard let offset = message.origin.offset else { continue }
            let key = TopicPartition(message.origin)
            progress[key, default: PartitionProgress(start: offset, committed: offset)]
                .take(offset, receipt: first + UInt64(index))
        }
    }

    /// Serves librdkafka until there is a message.
    private func next(_ milliseconds: Int32) -> InboundMessage? {
        while let message = rd_kafka_consumer_poll(client.handle, milliseconds) {
            defer { rd_kafka_message_destroy(message) }
            guard message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF else { return content(of: message) }
            let topic = String(cString: rd_kafka_topic_name(message.pointee.rkt))
            watch.meetEnd(of: TopicPartition(topic, message.pointee.partition), at: message.pointee.offset)
        }
        return nil
    }

    private func content(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> InboundMessage? {
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let words = rd_kafka_message_errstr(message).map { String(cString: $0) }
            report(ClientTrouble(message.pointee.err, words))
            return nil
        }
        downSince = nil
        let topic = String(cString: rd_kafka_topic_name(message.pointee.rkt))
        guard let destination = plan.subscriptions[topic]?.destination else { return nil }
        let record = KafkaRecord(message)
        let origin = BrokerPosition(
            topic: topic, partition: Int(message.pointee.partition), offset: message.pointee.offset)
        return InboundMessage(
            record.content(receivedAt: KafkaRecord.time(of: message)), by: destination, from: origin, receipt: 0,
            replyTo: record.replyTo, isRepeated: record.isRepeated)
    }

    /// Called when librdkafka reports something, within a poll.
    func report(_ trouble: ClientTrouble) {
        if trouble.code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { downSince = downSince ?? ContinuousClock.now }
        client.note(trouble)
        let isLost = trouble.kind == .unknownDestination || trouble.code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED
        if isReading, isLost || client.trouble?.isFinal == true { fail(client.trouble ?? trouble) }
    }

    /// Asks whether a broker answers, when all have been away for long. librdkafka goes on trying in silence; ending
    /// the source shows operators that the channel is not connected.
    private func probe() {
        do throws(TransportError) {
            try client.connect(until: ContinuousClock.now + .milliseconds(500)) {}
            downSince = nil
        } catch {
            fail(error)
        }
    }

    private func fail(_ trouble: ClientTrouble) {
        let topics = plan.subscriptions.keys.sorted().joined(separator: ", ")
        fail(trouble.error("cannot go on reading \(topics) as '\(plan.group)'", at: client.configuration.address))
    }

    /// Ends the source: the runtime opens another one.
    func fail(_ error: TransportError) {
        isReading = false
        hub.fail(error)
    }

    private func pause(_ shouldPause: Bool) {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard rd_kafka_assignment(client.handle, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        if shouldPause {
            rd_kafka_pause_partitions(client.handle, list)
        } else {
            rd_kafka_resume_partitions(client.handle, list)
        }
        (isPaused, fullSince) = (shouldPause, nil)
        watch.excuse()
    }

    /// Partitions that come while the others are paused must not bring messages either.
    func pauseNew() { if isPaused { pause(true) } }

    /// Commits before the end. While the group divides its partitions no commit is taken, and that goes on only if the
    /// client is polled. Messages that the polls bring are dropped; the next source gets them.
    private func commitFinally() {
        let deadline = ContinuousClock.now + client.configuration.revocationPatience
        while commit(isWaiting: true), ContinuousClock.now < deadline { _ = next(50) }
    }

    private func end(_ callbacks: ReaderCallbacks) {
        if isReading { commitFinally() }
        isReading = false
        rd_kafka_consumer_close(client.handle)
        // Closing calls back too, so this is known only now.
        client.destroy(keepsHandle: membership == .waiting && Self.abortsOnEarlyDestruction)
        callbacks.reader = nil
    }

    /// Whether librdkafka ends the process when a member of a cooperative group is destroyed that waits for its first
    /// partitions. Those before 2.3.0 do.
    private static var abortsOnEarlyDestruction: Bool { rd_kafka_version() < 0x0203_00FF }
}
#endif
