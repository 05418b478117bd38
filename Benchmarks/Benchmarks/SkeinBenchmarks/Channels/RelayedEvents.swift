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
    private static let orders = KeyOrders()
    private static let arrivals = Arrivals()
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
            let times = (relay: try await relay(broker), intake: try await takeIn(broker))
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

    private static func relay(_ broker: BenchBroker) async throws -> Duration {
        let file = try BenchFolder.file("relay")
        let component = Component("bench") { Publishes(ManyEvents.Measured.self) }
        let away = KafkaWorkload.channel(broker, as: "sender", isAway: true)
        try await KafkaWorkload.withRuntime(on: file, component, [away]) { runtime in
            runtime.start()
            try await publishTogether(count, runtime.client(as: "bench"), KafkaWorkload.event)
            await runtime.settle()
        }
        let channels = [KafkaWorkload.channel(broker, as: "sender")]
        let time = try await KafkaWorkload.withRuntime(on: file, component, channels) { runtime in
            try await elapsed {
                runtime.start()
                await runtime.settle()
            }
        }
        try BenchFolder.remove(file: file)
        return time
    }

    private static func takeIn(_ broker: BenchBroker) async throws -> Duration {
        orders.begin()
        let file = try BenchFolder.file("intake")
        let component = Component("reader") {
            Handle(ManyEvents.Measured.self) { measured, _ in
                if orders.note(measured.number, of: measured.sensor) == count { arrivals.arrive("all") }
            }
        }
        let remotes = [Remote("bench", via: "shop", from: .beginning)]
        let time = try await KafkaWorkload.withRuntime(
            on: file, component, [KafkaWorkload.channel(broker, as: "reader")], remotes
        ) { runtime in
            try await elapsed {
                runtime.start()
                await arrivals.wait(for: "all")
                await runtime.settle()
            }
        }
        try orders.check(count)
        try BenchFolder.remove(file: file)
        return time
    }
}
