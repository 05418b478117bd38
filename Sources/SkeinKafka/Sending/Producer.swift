#if Kafka
import CRdKafka
import SkeinTransport
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The thread of a sender: queues the messages of one batch after the other, and takes the reports about them.
final class Producer: @unchecked Sendable {
    // Proof for `@unchecked`: after `init` only the thread touches the stored `var`s and `client`; `open`, `send` and
    // `committedPlace` are called on it.

    typealias Record = (topic: String, record: KafkaRecord)
    /// What a message has become, or why it can be none.
    typealias Entry = Result<Record, TransportError>

    private struct Batch {
        var plan: SendPlan
        let place: String?
        let finish: (Result<[SendOutcome], any Error>) -> Void
        let deadline: ContinuousClock.Instant
    }

    let thread: ClientThread
    let client: KafkaClient
    let request: SenderRequest
    private let events: OpaquePointer
    private var batch: Batch?
    /// The number of the batch; a report about an earlier batch is dropped.
    private var number: UInt32 = 0
    /// Why nothing can be sent any more.
    private var failure: TransportError?
    /// The place of the newest transaction; `nil` without a transactional id.
    var ledger: TransactionLedger?

    init(_ configuration: KafkaConfiguration, _ request: SenderRequest) throws(TransportError) {
        self.request = request
        let role = KafkaConfiguration.Role.producer(
            request.acknowledgement, transactionalID: request.transactionalID, timeout: request.timeout)
        client = try KafkaClient(configuration, for: role, clientID: "\(request.channel).\(request.process)") {
            rd_kafka_conf_set_events($0, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
        }
        events = rd_kafka_queue_get_main(client.handle)
        thread = ClientThread(client: client.handle, events: events)
        do throws(TransportError) {
            // The thread keeps this object until it ends; the sender, which it does not keep, tells it to.
            try thread.start { [self] in
                poll()
            } end: { [self] in
                end()
            }
        } catch {
            client.destroy()
            throw error
        }
    }

    func open() throws {
        let limit = min(request.timeout, client.configuration.connectTimeout)
        let deadline = ContinuousClock.now + limit
        try client.connect(until: deadline) { while serve(0) {} }
        if request.transactionalID != nil { try beginTransactions(until: ContinuousClock.now + request.timeout) }
    }

    private func end() {
        fail(TransportError.closed)
        client.destroy()
    }

    /// Begins a batch, which ``add(_:from:)`` fills and ``endBatch()`` ends. The batch before must be finished; the
    /// runtime sends one after the other.
    func begin(_ plan: SendPlan, place: String?, finish: @escaping (Result<[SendOutcome], any Error>) -> Void) {
        if let failure { return finish(.failure(failure)) }
        number &+= 1
        let deadline = ContinuousClock.now + request.timeout
        batch = Batch(plan: plan, place: place, finish: finish, deadline: deadline)
        guard request.transactionalID != nil else { return }
        do {
            try ClientTrouble.check(rd_kafka_begin_transaction(client.handle))
        } catch {
            fail(error.error("cannot begin a transaction", at: client.configuration.address))
        }
    }

    /// Queues messages of the batch that has begun, unless it has failed meanwhile.
    ///
    /// - Parameter start: the index of the first in the batch.
    func add(_ entries: [Entry], from start: Int) {
        for (index, entry) in zip(start..., entries) {
            guard batch?.plan.admits(index) == true else { continue }
            switch entry {
            case .success(let record): produce(index, record)
            case .failure(let error): batch?.plan.settle(index, .refused(error))
            }
        }
    }

    /// Has the messages of the batch leave at once: no other ones come to fill their requests before it is finished.
    func endBatch() {
        guard batch != nil else { return }
        // The wait is for librdkafka's threads to see that they are to flush, not for acknowledgements. If it is too
        // short, the messages leave after the linger.
        rd_kafka_flush(client.handle, 1)
        completeIfSettled()
    }

    private func produce(_ index: Int, _ entry: Record) {
        do throws(ClientTrouble) {
            if !client.isKnown(entry.topic) {
                _ = try client.prepareTopic(entry.topic, until: batch?.deadline ?? .now)
            }
            let topic = try client.topic(entry.topic)
            while true {
                let code = queue(index, entry.record, topic)
                guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL else {
                    if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
                    throw ClientTrouble(code)
                }
                poll()
                guard batch != nil else { return }
            }
        } catch {
            settle(index, error, topic: entry.topic)
        }
    }

    private func queue(_ index: Int, _ record: KafkaRecord, _ topic: OpaquePointer) -> rd_kafka_resp_err_t {
        guard let headers = rd_kafka_headers_new(record.headers.count) else { return RD_KAFKA_RESP_ERR__FAIL }
        for header in record.headers {
            var (name, value) = (header.name, header.value)
            _ = name.withUTF8 { name in
                value.withUTF8 { value in
                    name.withMemoryRebound(to: CChar.self) { name in
                        rd_kafka_header_add(headers, name.baseAddress, name.count, value.baseAddress, value.count)
                    }
                }
            }
        }
        // The index of the message, and above it the number of the batch.
        let opaque = UnsafeMutableRawPointer(bitPattern: UInt(number) << 32 | UInt(index) + 1)
        var key = record.key ?? ""
        let code = key.withUTF8 { key in
            record.value.withUnsafeBytes { value in
                // An empty key is a key too, and an empty value is no tombstone: neither pointer may be null.
                let nothing: StaticString = ""
                return c_rdkafka_produce(
                    client.handle, topic, key.baseAddress ?? nothing.utf8Start, key.count,
                    value.baseAddress ?? UnsafeRawPointer(nothing.utf8Start), value.count, headers, opaque)
            }
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
        return code
    }

    private func settle(_ index: Int, _ trouble: ClientTrouble, topic: String) {
        let error = trouble.error(
            "Kafka does not take a message for the topic '\(topic)'", at: client.configuration.address)
        let isRefused: Bool =
            switch trouble.kind {
            case .tooLarge, .unauthorized, .unknownDestination: true
            default:
                trouble.code == RD_KAFKA_RESP_ERR_INVALID_RECORD || trouble.code == RD_KAFKA_RESP_ERR_POLICY_VIOLATION
            }
        batch?.plan.settle(index, isRefused ? .refused(error) : .failed(error))
    }

    /// Called in turns by the thread.
    func poll() {
        var limit: Int32 = 100
        if let batch { limit = min(limit, KafkaClient.milliseconds(until: batch.deadline)) }
        if serve(limit) { while serve(0) {} }
        completeIfSettled()
        guard let batch, ContinuousClock.now >= batch.deadline else { return }
        // What is still under way may arrive later, behind messages that this sender would send next; so it ends.
        rd_kafka_purge(
            client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
        fail(client.overdue("\(batch.plan.open) messages were not acknowledged within \(request.timeout)"))
        if request.transactionalID != nil { try? abortTransaction(until: ContinuousClock.now + .seconds(1)) }
    }

    /// - Returns: whether there was an event.
    private func serve(_ milliseconds: Int32) -> Bool {
        guard let event = rd_kafka_queue_poll(events, milliseconds) else { return false }
        defer { rd_kafka_event_destroy(event) }
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = rd_kafka_event_message_next(event) { report(message.pointee) }
        case RD_KAFKA_EVENT_ERROR: report(event)
        default: break
        }
        return true
    }

    private func report(_ message: rd_kafka_message_t) {
        let opaque = UInt(bitPattern: message._private)
        guard batch != nil, UInt32(truncatingIfNeeded: opaque >> 32) == number else { return }
        let index = Int(opaque & 0xFFFF_FFFF) - 1
        if message.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            batch?.plan.settle(index, .acknowledged)
        } else {
            let topic = String(cString: rd_kafka_topic_name(message.rkt))
            settle(index, ClientTrouble(message.err), topic: topic)
        }
    }

    private func report(_ event: OpaquePointer) {
        let trouble = ClientTrouble(
            rd_kafka_event_error(event), String(cString: rd_kafka_event_error_string(event)),
            isFatal: rd_kafka_event_error_is_fatal(event) != 0)
        client.note(trouble.isFatal ? fatal() ?? trouble : trouble)
        guard let trouble = client.trouble, trouble.isFatal else { return }
        fail(trouble.error("Kafka's producer cannot go on", at: client.configuration.address))
    }

    /// Why the client can do nothing any more.
    private func fatal() -> ClientTrouble? {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client.handle, &text, text.count)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : ClientTrouble(code, String(buffer: text), isFatal: true)
    }

    private func completeIfSettled() {
        guard let batch, batch.plan.isComplete else { return }
        guard request.transactionalID != nil else {
            client.forgetTrouble()
            return finishBatch(.success(batch.plan.finished()))
        }
        do {
            if batch.plan.hasFailures {
                try abortTransaction(until: batch.deadline)
                finishBatch(.success(batch.plan.undone()))
            } else {
                try commitTransaction(batch.place, until: batch.deadline)
                finishBatch(.success(batch.plan.finished()))
            }
        } catch {
            fail(error)
        }
    }

    private func finishBatch(_ result: Result<[SendOutcome], any Error>) {
        guard let batch else { return }
        self.batch = nil
        batch.finish(result)
    }

    /// Nothing can be sent any more.
    private func fail(_ error: TransportError) {
        failure = failure ?? error
        finishBatch(.failure(error))
    }
}
#endif
