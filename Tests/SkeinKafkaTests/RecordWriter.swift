#if Kafka
import CRdKafka

/// Writes a record without headers, as a program that knows nothing of messages does it.
enum RecordWriter {
    static func send(_ value: [UInt8], key: String, to topic: String, servers: String) throws {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
        rd_kafka_conf_set(configuration, "partitioner", "murmur2_random", nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { throw Unexpected("no client") }
        defer { rd_kafka_destroy(client) }
        guard let handle = rd_kafka_topic_new(client, topic, nil) else { throw Unexpected("no topic") }
        defer { rd_kafka_topic_destroy(handle) }
        let code = c_rdkafka_produce(client, handle, key, key.utf8.count, value, value.count, nil, nil)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw Unexpected(String(cString: rd_kafka_err2str(code))) }
        // Zero when the broker has it.
        guard rd_kafka_flush(client, 600_000) == RD_KAFKA_RESP_ERR_NO_ERROR else { throw Unexpected("not sent") }
    }
}
#endif
