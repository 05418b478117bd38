import Skein

/// What the benchmarks over brokers have in common: events of 200 bytes with 200 subjects, a runtime that sends them and
/// one that takes them in.
struct ChannelWorkload {
    static let subjects = 200
    private static let text = String(repeating: "x", count: 160)
    private static let orders = KeyOrders()
    private static let arrivals = Arrivals()

    let count: Int
    /// The component that publishes, as the reader knows it.
    let remote: Remote
    /// Makes the channel of a process, by its name. One that is away cannot be reached, so that what is to leave waits.
    let channel: (_ process: String, _ isAway: Bool) -> Channel

    static func event(_ number: Int) -> ManyEvents.Measured {
        ManyEvents.Measured(sensor: number % subjects, number: number, text: text)
    }

    /// Runs a runtime on a file until the work is done, and stops it.
    static func withRuntime<Result>(
        on file: String, _ component: Component, _ channels: [Channel], _ remotes: [Remote] = [],
        _ work: (Runtime) async throws -> Result
    ) async throws -> Result {
        let store = try SQLiteStore.sqlite(file, durability: .full)
        let runtime = try Runtime(store: store, components: [component], channels: channels, remotes: remotes)
        let result = try await work(runtime)
        await runtime.stop()
        try store.close()
        return result
    }

    /// - Returns: what it takes to send events that wait in a store, from the start of the runtime on, until the broker
    ///   has acknowledged all and the place of the relay is stored.
    func relay() async throws -> Duration {
        let file = try BenchFolder.file("relay")
        let component = Component("bench") { Publishes(ManyEvents.Measured.self) }
        try await Self.withRuntime(on: file, component, [channel("sender", true)]) { runtime in
            runtime.start()
            try await publishTogether(count, runtime.client(as: "bench"), Self.event)
            await runtime.settle()
        }
        let time = try await Self.withRuntime(on: file, component, [channel("sender", false)]) { runtime in
            try await elapsed {
                runtime.start()
                await runtime.settle()
            }
        }
        try BenchFolder.remove(file: file)
        return time
    }

    /// Lets the broker know the reader, so that it keeps what comes for it.
    func subscribe(in file: String) async throws {
        try await Self.withRuntime(on: file, reader, [channel("reader", false)], [remote]) { runtime in
            runtime.start()
            await runtime.settle()
        }
    }

    /// - Returns: what it takes until all events are recorded and handled in another store, from the start of the
    ///   runtime on.
    func takeIn(in file: String) async throws -> Duration {
        Self.orders.begin()
        let time = try await Self.withRuntime(on: file, reader, [channel("reader", false)], [remote]) { runtime in
            try await elapsed {
                runtime.start()
                await Self.arrivals.wait(for: "all")
                await runtime.settle()
            }
        }
        try Self.orders.check(count)
        return time
    }

    private var reader: Component {
        let count = count
        return Component("reader") {
            Handle(ManyEvents.Measured.self) { measured, _ in
                if Self.orders.note(measured.number, of: measured.sensor) == count { Self.arrivals.arrive("all") }
            }
        }
    }
}
