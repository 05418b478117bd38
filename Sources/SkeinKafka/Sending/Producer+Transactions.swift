#if Kafka
import CRdKafka
import SkeinTransport

/// Exactly once: the messages of a batch and the sender's place, together or not at all.
extension Producer {
    /// Fences an earlier sender of the same id, and ends the transaction that it has left open.
    func beginTransactions(until deadline: ContinuousClock.Instant) throws(TransportError) {
        guard let transactionalID = request.transactionalID else { return }
        let what = "cannot begin transactions as '\(transactionalID)'"
        try repeating(what, until: deadline) { rd_kafka_init_transactions(client.handle, $0) }
        let topic = try KafkaTopics.topic(of: .catalogue, by: client.configuration.topics)
        do throws(ClientTrouble) {
            _ = try client.prepareTopic(topic, until: deadline)
        } catch {
            throw error.error("the topic '\(topic)', by which places are kept, is not there", at: address)
        }
        ledger = try TransactionLedger(client.configuration, transactionalID: transactionalID, until: deadline)
    }

    func committedPlace() throws(TransportError) -> String? { ledger?.place }

    func commitTransaction(_ place: String?, until deadline: ContinuousClock.Instant) throws(TransportError) {
        if let place {
            guard place.utf8.count <= 4_000 else {
                throw TransportError(
                    .tooLarge, "the place has \(place.utf8.count) bytes; it must not have more than 4000")
            }
            try repeating("cannot add the place to the transaction", until: deadline) {
                ledger?.add(place, to: client.handle, milliseconds: $0)
            }
        }
        try repeating("cannot commit the transaction", until: deadline) {
            rd_kafka_commit_transaction(client.handle, $0)
        }
        if let place { ledger?.advance(to: place) }
    }

    func abortTransaction(until deadline: ContinuousClock.Instant) throws(TransportError) {
        try repeating("cannot abort the transaction", until: deadline, abortsOnFailure: false) {
            rd_kafka_abort_transaction(client.handle, $0)
        }
    }

    private var address: String { client.configuration.address }

    /// Repeats a step as long as librdkafka says that this helps.
    ///
    /// - Parameter step: gets the time that is left, in milliseconds.
    private func repeating(
        _ what: String, until deadline: ContinuousClock.Instant, abortsOnFailure: Bool = true,
        _ step: (Int32) -> OpaquePointer?
    ) throws(TransportError) {
        while let error = step(max(KafkaClient.milliseconds(until: deadline), 1)) {
            let isRetriable = rd_kafka_error_is_retriable(error) != 0
            let needsAbort = rd_kafka_error_txn_requires_abort(error) != 0
            let trouble = ClientTrouble(error)
            if isRetriable, KafkaClient.milliseconds(until: deadline) > 0 { continue }
            if needsAbort, abortsOnFailure { try? abortTransaction(until: deadline) }
            throw trouble.error(what, at: address)
        }
    }
}
#endif
