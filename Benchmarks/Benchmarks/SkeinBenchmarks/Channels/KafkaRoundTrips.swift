import Benchmark
import Skein
import SkeinKafka

/// P7: events that one runtime publishes and another one handles, over Kafka, each when the one before is handled.
///
/// The figure is the time from the call of `publish` to the handler. The limit is that of one record after the other from
/// a producer of librdkafka to its consumer, with the same settings. With the mock cluster both include the time that it
/// takes to answer a consumer, up to 2 ms.
enum KafkaRoundTrips {
    private static let count = 200
    private static let lingers: [Duration] = [.zero, KafkaWorkload.linger]
    private static let arrivals = Arrivals()

    private static func latency(_ linger: Duration) -> BenchmarkMetric {
        .cost("latency: publish to handler, linger \(linger.milliseconds) ms, µs")
    }
    private static func limit(_ linger: Duration) -> BenchmarkMetric {
        .cost("limit: bare librdkafka, linger \(linger.milliseconds) ms, µs")
    }
    private static func surplus(_ linger: Duration) -> BenchmarkMetric {
        .cost("surplus: of the medians, linger \(linger.milliseconds) ms, µs")
    }

    static func register() {
        let figures = lingers.map(latency) + lingers.map(limit) + lingers.map(surplus)
        Rounds.register("P7 publish to handled over Kafka, one at a time", 5, figures: figures, prepare: {}) {
            benchmark, _ in
            for linger in lingers {
                let broker = try BenchBroker(topics: ["bench.events", "bare"])
                let bare = try KafkaWorkload.bareRoundTrips(count, to: "bare", linger: linger, broker)
                let times = try await publish(linger: linger, broker)
                for time in times { benchmark.measurement(latency(linger), time.microseconds) }
                for time in bare { benchmark.measurement(limit(linger), time.microseconds) }
                benchmark.measurement(surplus(linger), (times.median - bare.median).microseconds)
            }
        }
    }

    private static func publish(linger: Duration, _ broker: BenchBroker) async throws -> [Duration] {
        let files = try ["sender", "reader"].map { try BenchFolder.file($0) }
        let channels = ["sender", "reader"].map { KafkaWorkload.channel(broker, as: $0, linger: linger) }
        let sender = Component("bench") { Publishes(PublishToHandled.Noted.self) }
        let reader = Component("reader") {
            Handle(PublishToHandled.Noted.self) { noted, _ in arrivals.arrive(noted.id) }
        }
        let remotes = [Remote("bench", via: "shop", from: .beginning)]
        let times = try await ChannelWorkload.withRuntime(on: files[1], reader, [channels[1]], remotes) { reader in
            reader.start()
            return try await ChannelWorkload.withRuntime(on: files[0], sender, [channels[0]]) { sender in
                sender.start()
                let client = sender.client(as: "bench")
                var times: [Duration] = []
                for number in 0..<count + 20 {
                    let id = "\(broker.prefix)-\(number)"
                    let time = try await elapsed {
                        try await client.publish(PublishToHandled.Noted(id: id))
                        await arrivals.wait(for: id)
                    }
                    // The first ones include connecting.
                    if number >= 20 { times.append(time) }
                }
                return times
            }
        }
        for file in files { try BenchFolder.remove(file: file) }
        return times
    }
}

extension Duration {
    fileprivate var milliseconds: Int { Int(self / .milliseconds(1)) }
}
