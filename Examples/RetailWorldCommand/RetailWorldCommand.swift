import ArgumentParser
import Foundation
import RetailWorld
import SkeinCore

/// The outside world of the retail example.
@main
struct RetailWorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retail-world",
        abstract: "The card company, warehouse, carrier and post of the retail example, in a process of their own.",
        discussion: """
            Listens on DIR/world.sock and writes each call to DIR/calls.jsonl before it answers. A key that was \
            answered before gets the same answer again, and nothing is done twice, also after the world was killed.
            """)

    @Argument(help: ArgumentHelp("Where the record of all calls is kept.", valueName: "dir"))
    var directory: String

    @Option(help: "Decides everything that looks like chance.")
    var seed: UInt64 = 1

    @Option(help: "The share of calls that fail before anything is done, from 0 to 1.")
    var failRate = 0.1

    @Option(help: "The share of calls that are answered late, from 0 to 1.")
    var slowRate = 0.05

    @Option(
        help: ArgumentHelp("How late. (default: PT0.3S)", valueName: "duration"),
        transform: { try Duration(iso8601: $0) })
    var slow = Duration.milliseconds(300)

    @Option(help: "The share of calls that are carried out and never answered, from 0 to 1.")
    var silentRate = 0.02

    @Option(help: "The share of accounts whose card is expired, from 0 to 1.")
    var expiredRate = 0.3

    @Option(
        help: ArgumentHelp("After how long without a call the world ends. (default: PT1M)", valueName: "duration"),
        transform: { try Duration(iso8601: $0) })
    var idle = Duration.seconds(60)

    @Flag(help: "Outlive the process that started it.")
    var detached = false

    func validate() throws {
        let shares = [
            ("--fail-rate", failRate), ("--slow-rate", slowRate), ("--silent-rate", silentRate),
            ("--expired-rate", expiredRate),
        ]
        for (name, share) in shares where !(0...1).contains(share) {
            throw ValidationError("\(name) is \(share); it must be from 0 to 1")
        }
        for (name, duration) in [("--slow", slow), ("--idle", idle)] where duration < .zero {
            throw ValidationError("\(name) is \(duration.iso8601); it must not be negative")
        }
    }

    func run() throws {
        if detached { detach() }
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        var world = WorldConfiguration()
        (world.seed, world.failRate, world.slowRate, world.slowness) = (seed, failRate, slowRate, slow)
        (world.silentRate, world.expiredRate, world.idle) = (silentRate, expiredRate, idle)
        do {
            try WorldServer(directory: directory, configuration: world).run()
        } catch let error as WorldError where error.code == .owned && detached {
            // Two callers may start a world at once; the second one is not needed.
        }
    }

    /// Leaves the session and the open files of the process that started it, so that it outlives that process.
    private func detach() {
        setsid()
        for descriptor in Int32(3)..<1024 { close(descriptor) }
        signal(SIGINT, SIG_IGN)
    }
}
