import SkeinOperator
import SkeinStorage
public import ArgumentParser
import Foundation
import Logging
import RetailServices
import RetailWorld
import ServiceLifecycle
import Skein
import UnixSignals

/// `retail run`: the shop on the real clock, with an outside world in a process of its own.
public struct RunCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the shop on the real clock until all its orders have ended.",
        usage: "retail run --store <file> --world <dir> [options]",
        discussion: """
            May be killed at any moment and started again with the same arguments, any number of times: it goes on \
            where it was. Progress goes to standard error.

            While it runs, the command skein looks into its store and acts on it:
            skein suspend 12 --store FILE.

            EXIT CODES:
              0   all orders have ended
              1   orders are left that only a person can move: incidents, suspended
                  processes; what fails because the outside world is down is tried
                  again for a day
              64  wrong usage, or the world belongs to another store
              66  the store's folder is not there, its file is no store, has a second
                  name (hard link), is gone, or knows less than the world's record; or
                  that record is damaged
              69  unavailable: the world cannot be started, or the store is of a newer
                  version
              70  internal: the store cannot be read
              71  a limit of the system on this process is too low
              73  the store or the world's directory cannot be written: no room, a
                  failed write, files taken away
              74  the output cannot be written
              75  stopped by SIGTERM or SIGINT, or another process has the store; the
                  same command goes on
            """)

    static let rates = 0.01...10_000.0
    static let counts = 0...10_000_000
    static let days = Duration.milliseconds(10)...Duration.days(7)

    @Option(help: ArgumentHelp("Everything that the shop knows; made when it is missing.", valueName: "file"))
    var store: String

    @Option(
        help: ArgumentHelp("The directory of the outside world, which is started when none runs.", valueName: "dir"))
    var world: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many orders are placed in the whole life of the store, at most 10,000,000. (default: 200)",
            valueName: "number"),
        transform: { try NumberOption.whole($0, counts) })
    var orders = 200

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many orders are placed in a second, from 0.01 to 10,000. (default: 10)", valueName: "per-second"),
        transform: { try NumberOption.decimal($0, rates) })
    var rate = 10.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a day of business takes, from PT0.01S to P7D. (default: PT2S)", valueName: "duration"),
        transform: { try DurationOption.read($0, days) })
    var timeScale = DurationOption(.seconds(2))

    @Flag(help: "Print a summary in JSON at the end; progress goes to standard error.")
    var json = false

    @OptionGroup(title: "Options of the outside world, where it has to be started")
    var worldOptions: RunWorldOptions

    public init() {}

    public func validate() throws {
        guard !store.isEmpty else { throw ValidationError("--store is empty; name a file") }
        guard !world.isEmpty else { throw ValidationError("--world is empty; name a directory") }
    }

    /// Runs until all orders have ended, until none can, or until the process is asked to stop.
    ///
    /// - Throws: an exit code, after a text for people; see the help.
    public func run() async throws {
        let summary = try await CommandFailure.reporting("retail run") {
            do { return try await play() } catch { throw wrapped(error) }
        }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let text = String(decoding: try encoder.encode(summary), as: UTF8.self)
            try StandardOutput.write([text], of: "retail run")
        }
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    private func play() async throws -> RunSummary {
        try StopRequest.check()
        let folder = WorldFolder(world)
        try folder.prepare()
        // A world that belongs to another store is refused before a new one is made.
        if !FileManager.default.fileExists(atPath: store) { try folder.check(nil, at: store) }
        let launcher = try WorldLauncher(directory: world, options: worldOptions.arguments)
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
        StoreError.wrapping(error, "work on the shop's tables", label: store)
    }

    private func serve(_ sqlite: SQLiteStore, _ launcher: WorldLauncher) async throws -> RunSummary {
        var logger = Logger(label: "retail")
        logger.logLevel = .error
        let client = WorldClient(directory: world) { try launcher.launch() }
        let outside = ShopWorld(client: client, asked: AskedCalls(store: sqlite))
        let components = RetailComponents.all(deadlines: Deadlines(day: timeScale.duration), world: outside)
        let customers = Customers.component(world: outside, day: timeScale.duration)
        var configuration = RuntimeConfiguration()
        // The run notes and sums up its end while it still owns the store, and closes it after that.
        configuration.closesStore = false
        let runtime = try Runtime(
            store: sqlite, configuration: configuration, logger: logger, components: components + [customers])
        let watch = RunWatch(store: sqlite, runtime: runtime, orders: orders, launcher: launcher)
        let placer = OrderPlacer(
            store: sqlite, checkout: runtime.client(as: "checkout"), orders: orders, rate: rate)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: runtime), .init(service: ControlServer(runtime: runtime, store: sqlite)),
                    .init(service: placer, successTerminationBehavior: .ignore),
                    .init(service: watch, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        return try watch.end(world: world)
    }
}
