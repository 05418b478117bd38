import SkeinOperator
import SkeinStorage
import Foundation
import Logging
import RetailServices
import RetailWorld
import ServiceLifecycle
import Skein
import UnixSignals

/// The whole shop in this process, on one store.
struct WholeRun {
    let settings: RunSettings

    /// Runs until all orders have ended, until none can, or until the process is asked to stop.
    func run() async throws -> RunSummary {
        do { return try await play() } catch { throw wrapped(error) }
    }

    private func play() async throws -> RunSummary {
        let (store, world) = (settings.store, settings.world)
        try StopRequest.check()
        let folder = WorldFolder(world)
        try folder.prepare()
        // A world that belongs to another store is refused before a new one is made.
        if !FileManager.default.fileExists(atPath: store) { try folder.check(nil, at: store) }
        let launcher = try WorldLauncher(directory: world, options: settings.worldOptions)
        let sqlite = try SQLiteStore(path: store)
        try folder.claim(for: ShopTables.prepare(sqlite), at: store)
        try folder.checkAge(of: AskedCalls(store: sqlite), at: store)
        try StopRequest.check()
        let run = try RunRecord(directory: world).noteStart()
        do {
            let summary = try await serve(sqlite, launcher)
            // While the store is still owned: a start without an end and without an owner was killed.
            try run.noteEnd()
            try sqlite.close()
            return summary
        } catch {
            let error = wrapped(error)
            run.noteFailure(code: CommandFailure(describing: error).code.rawValue)
            try? sqlite.close()
            throw error
        }
    }

    /// Gives errors of the shop's own statements the name of the store and a way out, which SQLite's errors lack.
    private func wrapped(_ error: any Error) -> any Error {
        StoreError.wrapping(error, "work on the shop's tables", label: settings.store)
    }

    private func serve(_ sqlite: SQLiteStore, _ launcher: WorldLauncher) async throws -> RunSummary {
        var logger = Logger(label: "retail")
        logger.logLevel = .error
        let client = WorldClient(directory: settings.world) { try launcher.launch() }
        let outside = ShopWorld(client: client, asked: AskedCalls(store: sqlite))
        let components = RetailComponents.all(deadlines: Deadlines(day: settings.day), world: outside)
        let customers = Customers.component(world: outside, day: settings.day)
        var configuration = RuntimeConfiguration()
        // The run notes and sums up its end while it still owns the store, and closes it after that.
        configuration.closesStore = false
        let runtime = try Runtime(
            store: sqlite, configuration: configuration, logger: logger, components: components + [customers])
        let watch = RunWatch(store: sqlite, runtime: runtime, orders: settings.orders, launcher: launcher)
        let placer = OrderPlacer(
            store: sqlite, checkout: runtime.client(as: "checkout"), orders: settings.orders, rate: settings.rate)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: runtime), .init(service: ControlServer(runtime: runtime, store: sqlite)),
                    .init(service: placer, successTerminationBehavior: .ignore),
                    .init(service: watch, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        return try watch.end(world: settings.world)
    }
}
