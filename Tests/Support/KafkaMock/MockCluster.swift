#if Kafka
import CRdKafka
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A cluster of librdkafka's mock brokers, and the client that it needs to exist.
struct MockCluster {
    private let client: OpaquePointer
    private let cluster: OpaquePointer

    init?(brokers: Int32) {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { return nil }
        guard let cluster = rd_kafka_mock_cluster_new(client, brokers) else { return nil }
        (self.client, self.cluster) = (client, cluster)
    }

    /// The brokers as `host:port`, with commas between.
    var addresses: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    /// - Returns: `ok`, or what is wrong.
    func obey(_ words: [String]) -> String {
        guard let command = words.first else { return "the line is empty" }
        let texts = Array(words.dropFirst())
        let numbers = texts.map { Int32($0) ?? Int32.min }
        switch (command, texts.count) {
        case ("topic", 2...3):
            return result(rd_kafka_mock_topic_create(cluster, texts[0], numbers[1], texts.count == 3 ? numbers[2] : 1))
        case ("topic-error", 2):
            rd_kafka_mock_topic_set_error(cluster, texts[0], rd_kafka_resp_err_t(numbers[1]))
        case ("leader", 3):
            return result(rd_kafka_mock_partition_set_leader(cluster, texts[0], numbers[1], numbers[2]))
        case ("down", 1): return result(rd_kafka_mock_broker_set_down(cluster, numbers[0]))
        case ("up", 1): return result(rd_kafka_mock_broker_set_up(cluster, numbers[0]))
        case ("rtt", 2): return result(rd_kafka_mock_broker_set_rtt(cluster, numbers[0], numbers[1]))
        case ("errors", 2...):
            let errors = numbers.dropFirst().map { rd_kafka_resp_err_t($0) }
            rd_kafka_mock_push_request_errors_array(cluster, Int16(clamping: numbers[0]), errors.count, errors)
        case ("push", 4):
            let error = rd_kafka_resp_err_t(numbers[2])
            return result(c_rdkafka_mock_push(cluster, numbers[0], Int16(clamping: numbers[1]), error, numbers[3]))
        case ("clear", 1): rd_kafka_mock_clear_request_errors(cluster, Int16(clamping: numbers[0]))
        case ("coordinator", 3):
            return result(rd_kafka_mock_coordinator_set(cluster, texts[0], texts[1], numbers[2]))
        case ("api", 3):
            let versions = (Int16(clamping: numbers[1]), Int16(clamping: numbers[2]))
            return result(
                rd_kafka_mock_set_apiversion(cluster, Int16(clamping: numbers[0]), versions.0, versions.1))
        case ("prompt", 0): answerPromptly()
        default: return "'\(words.joined(separator: " "))' is no command"
        }
        return "ok"
    }

    /// The mock cluster leaves Nagle's algorithm on, so that of several answers at once all but the first wait for the
    /// client's delayed acknowledgement, 40 ms. A connection takes the option over from the socket that listens.
    private func answerPromptly() {
        for descriptor in Int32(0)..<1024 {
            var (isListening, size): (Int32, socklen_t) = (0, socklen_t(MemoryLayout<Int32>.size))
            guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &size) == 0, isListening != 0 else {
                continue
            }
            var isOn: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, size)
        }
    }

    private func result(_ error: rd_kafka_resp_err_t) -> String {
        error == RD_KAFKA_RESP_ERR_NO_ERROR ? "ok" : String(cString: rd_kafka_err2str(error))
    }

    func end() {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(client)
    }
}
#endif
