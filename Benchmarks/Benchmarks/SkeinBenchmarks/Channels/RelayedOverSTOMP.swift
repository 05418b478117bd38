import Benchmark
import CBareStomp
import Skein
import SkeinActiveMQ

/// P7 over STOMP: 10,000 events of 200 bytes that wait in a store, relayed to ActiveMQ; and the same events from its queue
/// to a handler in another store.
///
/// The limit is a client that does nothing but write messages of the same size to a queue, in transactions as large as the
/// relay's batches, each with a receipt that it waits for. Order per key is checked in every round.
enum RelayedOverSTOMP {
    private static let count = 10_000
    private static let batch = 1_000
    private static let relayed = BenchmarkMetric.rate("rate: relayed over STOMP, per s")
    private static let handled = BenchmarkMetric.rate("rate: queue to handler, per s")
    private static let bare = BenchmarkMetric.rate("limit: bare STOMP in transactions, per s")
    private static let toBare = BenchmarkMetric.rate("ratio: relayed to bare STOMP, %")
    private static let headers = """
        ce_specversion:1.0
        ce_id:0197f1f2-7c6c-7f0e-9d4f-0123456789ab
        ce_source:/bench
        ce_type:bench.measured
        ce_subject:sensor-100
        ce_time:2026-01-01T00\\c00\\c00.000000Z
        content-type:application/json
        ce_kind:event
        ce_schemaversion:1.0.0
        ce_traceparent:00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
        JMSXGroupID:sensor-100

        """

    static func register() {
        let figures = [relayed, handled, bare, toBare]
        Rounds.register("P7 events over STOMP, \(count) at once", 3, figures: figures, prepare: {}) { benchmark, _ in
            let broker = try StompBroker()
            let workload = ChannelWorkload(count: count, remote: Remote("bench", via: "shop")) { process, isAway in
                Channel("shop", over: .activeMQ(isAway ? "stomp://127.0.0.1:1" : broker.address), as: process)
                    .batches(of: batch)
            }
            let file = try BenchFolder.file("intake")
            try await workload.subscribe(in: file)
            // The first run warms the broker's compiler up.
            _ = try send(to: broker)
            let limit = rate(try send(to: broker))
            let relay = rate(try await workload.relay())
            benchmark.measurement(bare, Int(limit))
            benchmark.measurement(relayed, Int(relay))
            benchmark.measurement(toBare, percent: relay / limit)
            benchmark.measurement(handled, Int(rate(try await workload.takeIn(in: file))))
            try BenchFolder.remove(file: file)
        }
    }

    private static func rate(_ time: Duration) -> Double { time.perSecond * Double(count) }

    private static func send(to broker: StompBroker) throws -> Duration {
        let time = headers.withCString { headers in
            "bare".withCString { queue in
                var messages = bare_stomp_messages(
                    port: broker.port, queue: queue, count: Int32(count), batch: Int32(batch), headers: headers,
                    body_size: 200)
                return bare_stomp_send(&messages)
            }
        }
        guard time > 0 else { throw UnexpectedOutcome(description: "the bare STOMP client has failed") }
        return .nanoseconds(time)
    }
}
