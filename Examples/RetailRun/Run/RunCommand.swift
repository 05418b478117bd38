public import ArgumentParser
import Foundation
import Skein

/// `retail run`: the shop on the real clock, with an outside world in a process of its own.
public struct RunCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the shop on the real clock until all its orders have ended.",
        usage: """
            retail run --store <file> --world <dir> [options]
            retail run --apart --channel <url> [--store <dir>] [options]
            retail run --only <names> --channel <url> --store <file> --world <dir>
            """,
        discussion: """
            May be killed at any moment and started again with the same arguments, any number of times: it goes on \
            where it was. Progress goes to standard error.

            While it runs, the command skein looks into its store and acts on it:
            skein suspend 12 --store FILE.

            With --apart each component is a process of its own, with a file, a log and a record of its own in the \
            folder --store (shop): order.db, order.log. This process starts again what dies, and ends all of them when \
            all orders have ended and every message has arrived, or when it ends itself. With --only some components \
            run alone. A broker that cannot be reached is tried for ever.

            EXIT CODES:
              0   all orders have ended
              1   orders are left that only a person can move: incidents, suspended
                  processes or channels; what fails because the outside world is down
                  is tried again for a day
              64  wrong usage, or the world belongs to another store
              66  the store's folder is not there, its file is no store, has a second
                  name (hard link), is gone, or knows less than the world's record; or
                  that record is damaged
              69  unavailable: the world cannot be started, the store is of a newer
                  version, or the program was built without the transport of the broker
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
    var store: String?

    @Option(
        help: ArgumentHelp(
            "The directory of the outside world, which is started when none runs; with --apart, world in the folder "
                + "--store unless stated.", valueName: "dir"))
    var world: String?

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

    @OptionGroup(title: "Options of a shop in several processes")
    var division: ApartOptions

    public init() {}

    public func validate() throws { _ = try settings() }

    /// - Throws: `ValidationError` for what is missing.
    private func settings() throws -> RunSettings {
        var (store, world) = (store, world)
        if case .apart = try division.division() {
            store = store ?? "shop"
            world = world ?? store.map { $0 + "/world" }
        }
        guard let store else { throw ValidationError("Missing expected argument '--store <file>'") }
        guard let world else { throw ValidationError("Missing expected argument '--world <dir>'") }
        guard !store.isEmpty else { throw ValidationError("--store is empty; name a file") }
        guard !world.isEmpty else { throw ValidationError("--world is empty; name a directory") }
        return RunSettings(
            store: store, world: world, orders: orders, rate: rate, day: timeScale.duration,
            worldOptions: worldOptions.arguments)
    }

    /// Runs until all orders have ended, until none can, or until the process is asked to stop.
    ///
    /// - Throws: an exit code, after a text for people; see the help.
    public func run() async throws {
        let summary = try await CommandFailure.reporting("retail run") { try await play() }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let text = String(decoding: try encoder.encode(summary), as: UTF8.self)
            try StandardOutput.write([text], of: "retail run")
        }
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    private func play() async throws -> RunSummary {
        let settings = try settings()
        switch try division.division() {
        case .whole: return try await WholeRun(settings: settings).run()
        case .part(let part, let channel, let isSupervised):
            let run = PartRun(part: part, channel: channel, settings: settings, isSupervised: isSupervised)
            return try await run.run()
        case .apart(let channel, let off):
            return try await Supervisor(settings: settings, channel: channel, off: off).run()
        }
    }
}
