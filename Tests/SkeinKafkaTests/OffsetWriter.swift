#if Kafka
import CRdKafka
import Foundation

/// Commits an offset with metadata, as tools of Kafka do it.
enum OffsetWriter {
    static func commit(_ metadata: String, topic: String, group: String, servers: String) throws {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
        rd_kafka_conf_set(configuration, "group.id", group, nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, nil, 0) else { throw Unexpected("no client") }
        defer { rd_kafka_destroy(client) }
        let list = rd_kafka_topic_partition_list_new(1)
        defer { rd_kafka_topic_partition_list_destroy(list) }
        let entry = rd_kafka_topic_partition_list_add(list, topic, 0)
        entry?.pointee.offset = 1
        entry?.pointee.metadata = UnsafeMutableRawPointer(strdup(metadata))
        entry?.pointee.metadata_size = metadata.utf8.count
        let code = rd_kafka_commit(client, list, 0)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw Unexpected(String(cString: rd_kafka_err2str(code))) }
    }
}
#endif
