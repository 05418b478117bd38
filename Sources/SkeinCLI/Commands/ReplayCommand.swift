import ArgumentParser
import SkeinCore
import SkeinOperator
import SkeinSQLite
import SkeinStorage

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Have a process take in once more what its broker still has.",
        usage: "skein replay --channel <name> [options]",
        discussion: """
            Moves the places of a channel back; the next start of the process begins there. No process may have the \
            store open.

            A message whose id is in the log is dropped when it comes again, and so is one that was removed from the \
            log not longer ago than the owner's inboxWindow says (a week unless stated). All others are recorded and \
            handled as if they came for the first time. So a replay brings events that the process had passed by, or \
            that were sent before it began to listen; and messages that were trimmed long ago are handled a second \
            time, because nobody remembers that they were handled.

            A partition from which nothing has come yet has no place, and begins as the Remote in the code says.

            Kafka can; ActiveMQ and RabbitMQ keep no message that was taken in.

            EXAMPLES:
              skein replay --channel shop --beginning --topic payment.events
              skein replay --channel shop --since 2h --dry-run
              skein replay --channel shop --from payment.events/3@4711
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: ArgumentHelp("The channel, as 'skein channels' shows it.", valueName: "name")) var channel: String
    @Flag(help: "From the oldest message that the broker has.") var beginning = false
    @Option(
        parsing: .unconditional,
        help: "From this time on, as far as the log tells: 2026-03-01T12:00:00Z, or how long ago: 90s, 15m, 2h, 3d.",
        transform: { try Admitted.moment($0) })
    var since: Moment?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("From a place of one partition: TOPIC/PARTITION@OFFSET.", valueName: "place"),
        transform: { try ReplayPlace(argument: $0) })
    var from: ReplayPlace?
    @Option(help: ArgumentHelp("Only this topic, as the broker has it.", valueName: "topic")) var topic: String?
    @Flag(help: "Only say what would go back; change nothing.") var dryRun = false

    func validate() throws {
        let ways = (beginning ? 1 : 0) + (since == nil ? 0 : 1) + (from == nil ? 0 : 1)
        if ways == 0 { throw ValidationError("Say from where on: --beginning, --since or --from.") }
        if ways > 1 { throw ValidationError("Say only one of --beginning, --since and --from.") }
        if let since, since.timestamp > Times.now {
            throw ValidationError("--since names a time in the future, \(since.timestamp); a replay goes back.")
        }
        if from != nil, topic != nil { throw ValidationError("--from names a topic already; leave out --topic.") }
    }

    func run() throws {
        let start: ChannelReplay.Start =
            since.map { .time($0.timestamp) }
            ?? from.map { .place(topic: $0.topic, partition: $0.partition, offset: $0.offset) } ?? .beginning
        let replay = ChannelReplay(channel: channel, from: start, topic: topic)
        let moves = try dryRun ? replay.moves(in: options.inspector()) : carryOut(replay)
        if options.json {
            for move in moves { try JSONOutput.write(move) }
            return
        }
        guard !moves.isEmpty else {
            return Terminal.output.write("Nothing to take in again: all places are as far back already.")
        }
        var table = Table([
            .init("TOPIC", least: 16, style: { _ in .cyan }), .init("PARTITION", number: true),
            .init("FROM", number: true), .init("BACK TO", number: true),
        ])
        for move in moves { table.add(move.topic, "\(move.partition)", "\(move.from)", "\(move.to)") }
        table.write(to: .output)
        guard !dryRun else { return }
        Terminal.output.write("The next start of the process takes in again from there what the broker still has.")
    }

    private func carryOut(_ replay: ChannelReplay) throws -> [ChannelReplay.Move] {
        let path = try options.path()
        // Opening it for writing would make a file that is not there.
        try StoreInspector(path: path).close()
        do {
            return try replay.carryOut(on: path)
        } catch let error as StoreError where error.code == .owned {
            throw Failure(75, "\(error.description). A replay needs the store to itself: stop the process first")
        }
    }
}

/// `TOPIC/PARTITION@OFFSET` on the command line, as `skein show` has it of a message that was taken in.
struct ReplayPlace {
    let topic: String
    let partition: Int
    let offset: Int64

    init(argument: String) throws {
        guard let slash = argument.lastIndex(of: "/"), slash != argument.startIndex,
            case let numbers = argument[argument.index(after: slash)...].split(separator: "@"), numbers.count == 2,
            let partition = Int(numbers[0]), partition >= 0, let offset = Int64(numbers[1]), offset >= 0
        else {
            throw ValidationError("write TOPIC/PARTITION@OFFSET, such as payment.events/3@4711")
        }
        (topic, self.partition, self.offset) = (String(argument[..<slash]), partition, offset)
    }
}
