import CBareKafka
import Skein
import SkeinKafka

/// What the benchmarks over Kafka have in common: the channel of a process, and librdkafka alone.
enum KafkaWorkload {
    static let linger = Duration.milliseconds(5)
    private static let size = 200

    /// - Parameters:
    ///   - process: its name, unique in the round.
    ///   - isAway: whether the broker cannot be reached, so that what is to leave waits.
    static func channel(
        _ broker: BenchBroker, as process: String, linger: Duration = linger, isAway: Bool = false
    ) -> Channel {
        let prefix = broker.prefix
        return Channel(
            "shop",
            over: .kafka(isAway ? "127.0.0.1:1" : broker.servers) {
                $0.topics = { "\(prefix).\(KafkaTopics.perComponent($0))" }
                $0.topicCreation = BenchBroker.isReal ? .create(partitions: 16, replicas: 1) : .byBroker
                $0.linger = linger
                $0.properties["fetch.wait.max.ms"] = BenchBroker.fetchWait
            }, as: "\(prefix)-\(process)")
    }

    /// What librdkafka takes for as many records, with the settings that the adapter chooses, and headers and values as
    /// long as those of the events.
    ///
    /// - Parameter batch: how many are sent before they are waited for.
    static func bareSend(_ count: Int, to topic: String, batch: Int, _ broker: BenchBroker) throws -> Duration {
        let time = withRecords(count, to: topic, batch: batch, linger, broker) { bare_kafka_send($0) }
        guard time > 0 else { throw UnexpectedOutcome(description: "the bare producer has failed") }
        return .nanoseconds(time)
    }

    /// What it takes from one record to a consumer, one after the other.
    static func bareRoundTrips(
        _ count: Int, to topic: String, linger: Duration, _ broker: BenchBroker
    ) throws -> [Duration] {
        var times = [Int64](repeating: 0, count: count)
        let isGood = withRecords(count, to: topic, batch: 1, linger, broker) { records in
            BenchBroker.fetchWait.withCString { bare_kafka_round_trips(records, $0, &times) }
        }
        guard isGood != 0 else { throw UnexpectedOutcome(description: "the bare consumer has failed") }
        return times.map { .nanoseconds($0) }
    }

    private static let headers = [
        "ce_specversion", "1.0", "ce_id", "0197f1f2-7c6c-7f0e-9d4f-0123456789ab", "ce_source", "/bench",
        "ce_type", "bench.measured", "ce_subject", "sensor-100", "ce_time", "2026-01-01T00:00:00.000000Z",
        "content-type", "application/json", "ce_correlationid", "0197f1f2-7c6c-7f0e-9d4f-0123456789ab",
        "ce_dataversion", "1.0.0", "ce_kind", "event",
    ]

    private static func withRecords<Result>(
        _ count: Int, to topic: String, batch: Int, _ linger: Duration, _ broker: BenchBroker,
        _ body: (UnsafePointer<bare_kafka_records>) -> Result
    ) -> Result {
        let milliseconds = String(linger / .milliseconds(1))
        let texts = ([broker.servers, broker.topic(topic), milliseconds] + headers).map { Array($0.utf8CString) }
        let pointers = texts.map { text in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
            copy.initialize(from: text, count: text.count)
            return copy
        }
        defer { for pointer in pointers { pointer.deallocate() } }
        let values: [UnsafePointer<CChar>?] = pointers.dropFirst(3).map { UnsafePointer($0) }
        return values.withUnsafeBufferPointer { values in
            var records = bare_kafka_records(
                servers: pointers[0], topic: pointers[1], count: Int32(count), batch: Int32(batch),
                keys: Int32(ChannelWorkload.subjects), headers: values.baseAddress, header_count: Int32(headers.count),
                value_size: Int32(size), linger: pointers[2])
            return body(&records)
        }
    }
}
