#if Kafka
import CRdKafka
import SkeinTransport
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The place that was committed with the newest transaction of a transactional id. Kafka keeps it as the metadata of an
/// offset, for a consumer group that only this sender uses.
///
/// The offset counts the transactions, and nobody reads from it. It belongs to partition 0 of the topic of the
/// catalogue, because Kafka keeps offsets only for topics that are there.
struct TransactionLedger {
    let topic: String
    let group: String
    private(set) var count: Int64 = 0
    private(set) var place: String?

    /// Reads the place that was committed last. Transactions of the same id that are not ended yet are waited for.
    init(
        _ configuration: KafkaConfiguration, transactionalID: String, until deadline: ContinuousClock.Instant
    ) throws(TransportError) {
        topic = try KafkaTopics.topic(of: .catalogue, by: configuration.topics)
        group = transactionalID + ".place"
        let role = KafkaConfiguration.Role.consumer(group: group, instance: nil)
        let client = try KafkaClient(configuration, for: role, clientID: transactionalID) { _ in }
        defer { client.destroy() }
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        rd_kafka_topic_partition_list_add(list, topic, 0)
        let left = max(KafkaClient.milliseconds(until: deadline), 1)
        do throws(ClientTrouble) {
            try ClientTrouble.check(rd_kafka_committed(client.handle, list, left))
            guard let found = list?.pointee.elems.pointee else { return }
            try ClientTrouble.check(found.err)
            guard found.offset >= 0 else { return }
            count = found.offset
            guard let metadata = found.metadata else { return }
            let bytes = UnsafeRawBufferPointer(start: metadata, count: found.metadata_size)
            place = String(decoding: bytes, as: UTF8.self)
        } catch {
            throw error.error(
                "cannot read the place of the transactions of \(transactionalID)", at: configuration.address)
        }
    }

    /// Makes the next place part of the open transaction.
    func add(_ place: String, to client: OpaquePointer, milliseconds: Int32) -> OpaquePointer? {
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        let metadata = rd_kafka_consumer_group_metadata_new(group)
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        guard let entry = rd_kafka_topic_partition_list_add(list, topic, 0) else { return nil }
        entry.pointee.offset = count + 1
        // The list frees it.
        entry.pointee.metadata = UnsafeMutableRawPointer(strdup(place))
        entry.pointee.metadata_size = place.utf8.count
        return rd_kafka_send_offsets_to_transaction(client, list, metadata, milliseconds)
    }

    /// Remembers a place whose transaction was committed.
    mutating func advance(to place: String) {
        count += 1
        self.place = place
    }
}
#endif
