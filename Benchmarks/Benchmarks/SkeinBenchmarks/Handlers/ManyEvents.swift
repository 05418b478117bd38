import Benchmark
import Skein

/// P3: 30,000 events of 200 bytes, published in calls of 500 from four tasks, on stores that hold nothing or ten times
/// as many events.
///
/// Figures are how many a second are durable, and how many a second one subscription has handled, with its place in the
/// log stored too, from the first publish until everything is at rest. The limit is what SQLite reaches with the same
/// rows in the same commits, in the same run. Order per key is checked in every round.
enum ManyEvents {
    /// The event.
    struct Measured: Event {
        static let name: MessageName = "bench.measured"
        var sensor: Int
        var number: Int
        var text: String
        var subject: String? { "sensor-\(sensor)" }
    }

    static let count = 30_000
    private static let sensors = 1_000
    private static let text = String(repeating: "x", count: 160)
    private static let orders = KeyOrders()

    private static let fillings: [Filling] = [
        .empty,
        Filling(name: "\(count * 10) events") { runtime in
            try await publish(count * 10, runtime)
            await runtime.settle()
        },
    ]
    private static let limit = BenchmarkMetric.rate("limit: bare SQLite, per s")
    private static let toLimit = BenchmarkMetric.rate("ratio: appended to bare SQLite, %")
    private static let throughToLimit = BenchmarkMetric.rate("ratio: end to end to bare SQLite, %")

    private static func appended(_ filling: Filling) -> BenchmarkMetric {
        .rate("rate: appended, \(filling.name), per s")
    }
    private static func through(_ filling: Filling) -> BenchmarkMetric {
        .rate("rate: end to end, \(filling.name), per s")
    }
    private static func toEmpty(_ filling: Filling) -> BenchmarkMetric {
        .rate("ratio: end to end, \(filling.name) to empty store, %")
    }

    static func register() {
        let figures =
            fillings.flatMap { [appended($0), through($0)] } + [limit, toLimit, throughToLimit]
            + fillings.dropFirst().map(toEmpty)
        Rounds.register("P3 events, \(count) at once", 5, figures: figures, prepare: stores) { benchmark, stores in
            let round = benchmark.currentIteration
            let appends = try await stores.quiet.measure(round: round) { _, runtime in
                try await elapsed { try await publish(count, runtime) }
            }
            let ends = try await stores.heard.measure(round: round) { _, runtime in
                orders.begin()
                let time = try await elapsed {
                    try await publish(count, runtime)
                    await runtime.settle()
                }
                try orders.check(count)
                return time
            }
            let bare = try await BareWrites.measure(try await recorded()).perSecond * Double(count)
            let rates = (appends: appends.map(perSecond), ends: ends.map(perSecond))
            for (index, filling) in fillings.enumerated() {
                benchmark.measurement(appended(filling), Int(rates.appends[index]))
                benchmark.measurement(through(filling), Int(rates.ends[index]))
                if filling.fill != nil {
                    benchmark.measurement(toEmpty(filling), percent: rates.ends[index] / rates.ends[0])
                }
            }
            benchmark.measurement(limit, Int(bare))
            benchmark.measurement(toLimit, percent: rates.appends[0] / bare)
            benchmark.measurement(throughToLimit, percent: rates.ends[0] / bare)
        }
    }

    private static func perSecond(_ time: Duration) -> Double { time.perSecond * Double(count) }

    private struct Stores: Sendable {
        /// Nobody takes the events.
        let quiet: FilledStores
        /// One handler does.
        let heard: FilledStores
    }

    private static func stores() async throws -> Stores {
        Stores(
            quiet: try await FilledStores(fillings) { Component("bench") { Publishes(Measured.self) } },
            heard: try await FilledStores(fillings) {
                Component("bench") {
                    Publishes(Measured.self)
                    Handle(Measured.self) { measured, _ in orders.note(measured.number, of: measured.sensor) }
                }
            })
    }

    /// The writes of one round, without a subscriber.
    private static func recorded() async throws -> RecordedWrites.Recording {
        try await RecordedWrites.recording(of: Component("bench") { Publishes(Measured.self) }) { runtime in
            try await publish(count, runtime)
        }
    }

    /// Each task has sensors of its own, so that the numbers of a sensor ascend in the log.
    private static func publish(_ count: Int, _ runtime: Runtime) async throws {
        let client = runtime.client(as: "bench")
        let (lanes, batch) = (4, 500)
        try await concurrently(lanes, lanes: lanes) { lane in
            var events: [any Event] = []
            for number in stride(from: lane, to: count, by: lanes) {
                events.append(
                    Measured(sensor: lane + number / lanes % (sensors / lanes) * lanes, number: number, text: text))
                guard events.count == batch || number + lanes >= count else { continue }
                try await client.publish(contentsOf: events)
                events = []
            }
        }
    }
}
