import Benchmark
import Skein
import SkeinKafka

/// P7: 30,000 events of 200 bytes that wait in a store, relayed to Kafka; and the same events from Kafka to a handler in
/// another store.
///
/// Figures are how many a second are acknowledged, with the place of the relay stored, from the start of the runtime on;
/// and how many a second are recorded, handled and acknowledged. The limits are an idempotent producer of librdkafka
/// with the same settings and records of the same size, in batches that it waits for as the relay does, and in a stream.
/// Order per key is checked in every round.
enum RelayedEvents {
    private static let count = 30_000
    private static let relayed = BenchmarkMetric.rate("rate: relayed, per s")
    private static let handled = BenchmarkMetric.rate("rate: broker to handler, per s")
    private static let batches = BenchmarkMetric.rate("limit: bare librdkafka in batches, per s")
    private static let stream = BenchmarkMetric.rate("limit: bare librdkafka in a stream, per s")
    private static let toBatches = BenchmarkMetric.rate("ratio: relayed to bare librdkafka in batches, %")
    private static let toStream = BenchmarkMetric.rate("ratio: relayed to bare librdkafka in a stream, %")

    static func register() {
        let figures = [relayed, handled, batches, stream, toBatches, toStream]
        Rounds.register("P7 events over Kafka, \(count) at once", 5, figures: figures, prepare: {}) { benchmark, _ in
            let broker = try BenchBroker(topics: ["bench.events", "batches", "stream"])
            let limits = (
                batches: try KafkaWorkload.bareSend(count, to: "batches", batch: 1_000, broker),
                stream: try KafkaWorkload.bareSend(count, to: "stream", batch: count, broker)
            )
            let workload = ChannelWorkload(count: count, remote: Remote("bench", via: "shop", from: .beginning)) {
                KafkaWorkload.channel(broker, as: $0, isAway: $1)
            }
            let file = try BenchFolder.file("intake")
            let times = (relay: try await workload.relay(), intake: try await workload.takeIn(in: file))
            try BenchFolder.remove(file: file)
            let rates = (relay: rate(times.relay), batches: rate(limits.batches), stream: rate(limits.stream))
            benchmark.measurement(relayed, Int(rates.relay))
            benchmark.measurement(handled, Int(rate(times.intake)))
            benchmark.measurement(batches, Int(rates.batches))
            benchmark.measurement(stream, Int(rates.stream))
            benchmark.measurement(toBatches, percent: rates.relay / rates.batches)
            benchmark.measurement(toStream, percent: rates.relay / rates.stream)
        }
    }

    private static func rate(_ time: Duration) -> Double { time.perSecond * Double(count) }
}
