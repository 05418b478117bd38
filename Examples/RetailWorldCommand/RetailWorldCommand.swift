import ArgumentParser
import Foundation
import RetailWorld
import Skein

/// The outside world of the retail example.
@main
struct RetailWorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retail-world",
        abstract: "The card company, warehouse, carrier and post of the retail example, in a process of their own.",
        usage: "retail-world <dir> [options]",
        discussion: """
            Listens on DIR/world.sock, or, where that path is too long for a socket, where DIR/world.lock says. Writes \
            each call to DIR/calls.jsonl before it answers. A key that was answered before gets the same answer again, \
            and nothing is done twice, also after the world was killed. SIGTERM ends it.

            EXIT CODES:
              0   no call has come for the idle time
              64  wrong usage
              66  the record is damaged
              71  the system refuses a file, a lock or a socket
              73  there is no room for the record, or it may not be written
              75  another world has the directory
            """)

    @Argument(help: ArgumentHelp("Where the record of all calls is kept.", valueName: "dir"))
    var directory: String

    @Option(
        parsing: .unconditional, help: "Decides everything that looks like chance. (default: 1)",
        transform: { try WorldNumber.seed($0) })
    var seed: UInt64 = 1

    @Option(
        parsing: .unconditional,
        help: "The share of calls that fail before anything is done, from 0 to 1. (default: 0.1)",
        transform: { try WorldNumber.share($0) })
    var failRate: Double?

    @Option(
        parsing: .unconditional,
        help: "The share of calls that are answered late, from 0 to 1. (default: 0.05)",
        transform: { try WorldNumber.share($0) })
    var slowRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How late, at most PT1H. (default: PT0.3S)", valueName: "duration"),
        transform: { try WorldNumber.duration($0, WorldConfiguration.slownesses) })
    var slow = Duration.milliseconds(300)

    @Option(
        parsing: .unconditional,
        help: "The share of calls that are carried out and never answered, from 0 to 1. (default: 0.02)",
        transform: { try WorldNumber.share($0) })
    var silentRate: Double?

    @Option(
        parsing: .unconditional, help: "The share of accounts whose card is expired, from 0 to 1. (default: 0.3)",
        transform: { try WorldNumber.share($0) })
    var expiredRate = 0.3

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "After how long without a call the world ends, from PT0.1S to P1D. (default: PT1M)", valueName: "duration"),
        transform: { try WorldNumber.duration($0, WorldConfiguration.idles) })
    var idle = Duration.seconds(60)

    @Flag(help: "Outlive the process that started it.")
    var detached = false

    func validate() throws {
        if let problem = configuration.problem { throw ValidationError(problem) }
    }

    private var configuration: WorldConfiguration {
        var world = WorldConfiguration()
        world.setShares(fail: failRate, slow: slowRate, silent: silentRate)
        (world.seed, world.slowness, world.expiredRate, world.idle) = (seed, slow, expiredRate, idle)
        return world
    }

    func run() throws {
        admitTermination()
        if detached { detach() }
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        do {
            guard case .lost = try WorldServer(directory: directory, configuration: configuration).run() else { return }
            let text = "retail-world: \(directory), or its world.lock, was removed or replaced; this world has ended\n"
            try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        } catch let error as WorldError where error.code == .owned && detached {
            // Two callers may start a world at once; the second one is not needed.
        } catch let error as WorldError {
            try? FileHandle.standardError.write(contentsOf: Data("Error: \(error)\n".utf8))
            throw ExitCode(error.exitCode)
        }
    }

    /// Lets SIGTERM end this process. One that is started by a thread which keeps signals away inherits that.
    private func admitTermination() {
        signal(SIGTERM, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Leaves the session and all open files of the process that started it, so that it outlives that process and
    /// nobody waits for this one in its place.
    private func detach() {
        setsid()
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 { close(descriptor) }
        signal(SIGINT, SIG_IGN)
    }
}
