import Foundation
import SkeinStorage
import Logging
import RetailWorld
import ServiceLifecycle
import Skein
import SkeinOperator
import SkeinTransport
import UnixSignals

/// Some components of the shop in this process, which reach the others over a broker.
struct PartRun {
    let part: ShopPart
    let channel: ChannelAddress
    let settings: RunSettings
    /// Whether another process has started this one, and says when it is to end.
    let isSupervised: Bool

    /// Runs until the orders that it has placed have ended, or it is asked to stop.
    func run() async throws -> RunSummary {
        if isSupervised { Lifeline.hold() }
        try StopRequest.check()
        let transport = try channel.transport()
        let folder = WorldFolder(settings.world)
        try folder.prepare()
        try checkPresence()
        let launcher = try WorldLauncher(directory: settings.world, options: settings.worldOptions)
        let sqlite = try SQLiteStore(path: settings.store)
        try folder.claim(for: sqlite, ofPartAt: settings.store)
        try folder.checkAge(of: AskedCalls(store: sqlite), for: part.services, at: settings.store)
        try StopRequest.check()
        let run = try RunRecord(directory: settings.world, part: part.name).noteStart()
        do {
            let summary = try await serve(sqlite, launcher, transport)
            try run.noteEnd()
            try sqlite.close()
            return summary
        } catch {
            let error = StoreError.wrapping(error, "work on the shop's tables", label: settings.store)
            run.noteFailure(code: CommandFailure(describing: error).code.rawValue)
            try? sqlite.close()
            throw error
        }
    }

    /// A file that is gone is not made anew without a word: with it went what the part had in hand, and where it had
    /// read. Its run is noted after the file is made, so a kill in between is no loss.
    private func checkPresence() throws {
        let runs = RunRecord(directory: settings.world, part: part.name)
        guard runs.exists, !FileManager.default.fileExists(atPath: settings.store) else { return }
        throw CommandFailure(
            .noInput,
            "the file \(settings.store) of '\(part.name)' was there in an earlier run and is gone; put it back, or "
                + "begin anew with an empty folder and an empty --world directory")
    }

    private func serve(
        _ sqlite: SQLiteStore, _ launcher: WorldLauncher, _ transport: any Transport
    ) async throws -> RunSummary {
        var logger = Logger(label: "retail")
        logger.logLevel = .error
        let runtime = try runtime(sqlite, launcher, transport, logger)
        let watch = PartWatch(
            part: part, store: sqlite, runtime: runtime, launcher: launcher, settings: settings,
            isSupervised: isSupervised)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: runtime), .init(service: ControlServer(runtime: runtime, store: sqlite)),
            .init(service: watch, successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        if part.isPlacing {
            let placer = OrderPlacer(
                store: sqlite, checkout: runtime.client(as: ShopPart.placing), orders: settings.orders,
                rate: settings.rate)
            services.append(.init(service: placer, successTerminationBehavior: .ignore))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        return try watch.end()
    }

    private func runtime(
        _ sqlite: SQLiteStore, _ launcher: WorldLauncher, _ transport: any Transport, _ logger: Logger
    ) throws -> Runtime {
        let client = WorldClient(directory: settings.world) { try launcher.launch() }
        let outside = ShopWorld(client: client, asked: AskedCalls(store: sqlite))
        var configuration = RuntimeConfiguration()
        // The run notes and sums up its end while it still owns the store, and closes it after that.
        configuration.closesStore = false
        // Where the broker keeps the past, a part that comes late gets it too.
        let start: StartingPoint = transport.features.has(.replayFromBeginning) ? .beginning : .now
        return try Runtime(
            store: sqlite, configuration: configuration, logger: logger,
            components: part.makeComponents(day: settings.day, world: outside),
            channels: [Channel(ShopPart.channel, over: transport, as: part.name)], remotes: part.remotes(from: start))
    }
}
