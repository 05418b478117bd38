#if Kafka
import CRdKafka

/// librdkafka's list of partitions with offsets.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// `nil` only when memory has run out, which ends the process elsewhere.
    init?(_ offsets: [(TopicPartition, Int64)]) {
        guard let pointer = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count)) else { return nil }
        self.pointer = pointer
        for (partition, offset) in offsets {
            rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)?.pointee.offset = offset
        }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    var entries: [(partition: TopicPartition, offset: Int64, code: rd_kafka_resp_err_t)] { Self.entries(of: pointer) }

    static func entries(
        of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> [(partition: TopicPartition, offset: Int64, code: rd_kafka_resp_err_t)] {
        (0..<Int(list.pointee.cnt)).map { index in
            let entry = list.pointee.elems[index]
            return (TopicPartition(String(cString: entry.topic), entry.partition), entry.offset, entry.err)
        }
    }
}
#endif
