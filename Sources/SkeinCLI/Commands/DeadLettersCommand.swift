import ArgumentParser
import Foundation
import SkeinActiveMQ
import SkeinCore
import SkeinTransport

struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Show what a broker could deliver to nobody, and send it back to where it came from.",
        usage: "skein dead-letters <broker>\nskein dead-letters send-back <broker> (--all | <id> ...)",
        discussion: """
            ActiveMQ keeps messages that consumers have rejected, and messages that have expired, in a queue of their \
            own. What a process of Skein took in and could not handle is not there: it is an incident of that \
            process; see 'skein incidents'.

            EXAMPLES:
              skein dead-letters stomp://localhost:61613
              skein dead-letters stomp://localhost:61613 --json | jq -r .id
              skein dead-letters send-back stomp://localhost:61613 --all
            """,
        subcommands: [DeadLetterList.self, DeadLetterReturn.self], defaultSubcommand: DeadLetterList.self)
}

/// Which broker, and which of its queues.
struct BrokerOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "stomp://HOST[:61613] or stomp+ssl://HOST[:61614]; user and password come from SKEIN_BROKER_USER and "
                + "SKEIN_BROKER_PASSWORD, or stand before HOST.", valueName: "broker"))
    var broker: String
    @Option(help: ArgumentHelp("The queue of dead letters. (default: ActiveMQ.DLQ)", valueName: "name"))
    var queue = "ActiveMQ.DLQ"
    @Flag(help: "Answer in JSON: one object a line for lists, else one object.") var json = false

    func validate() throws {
        let scheme = broker.firstRange(of: "://").map { broker[..<$0.lowerBound].lowercased() }
        guard let scheme, ["stomp", "stomp+ssl", "tcp", "ssl", "kafka"].contains(scheme) else {
            throw ValidationError("write the address of the broker: stomp://HOST:PORT or stomp+ssl://HOST:PORT")
        }
        guard !queue.allSatisfy(\.isWhitespace) else {
            throw ValidationError("--queue names no queue; leave it out, or name one.")
        }
    }

    /// - Throws: `Failure` for a broker without such a queue, and where the command was built without the transport.
    func letters() throws -> StompDeadLetterQueue {
        guard !broker.lowercased().hasPrefix("kafka://") else {
            throw Failure.no(
                "Kafka has no queue of dead letters: every message stays in its topic. What a process took in and "
                    + "could not handle is an incident of that process: skein incidents")
        }
        #if ActiveMQ
        var configuration = StompConfiguration()
        let environment = ProcessInfo.processInfo.environment
        if let user = environment["SKEIN_BROKER_USER"], !user.isEmpty {
            configuration.credentials = .init(user: user, password: environment["SKEIN_BROKER_PASSWORD"] ?? "")
        }
        return ActiveMQTransport(broker, configuration: configuration).deadLetters(queue: queue)
        #else
        throw Failure(
            69,
            "this command was built without the transport of ActiveMQ; build it with: "
                + "swift build --traits ActiveMQ --product skein")
        #endif
    }
}

struct DeadLetterList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the dead letters, the oldest first; they stay where they are.",
        usage: "skein dead-letters list <broker> [options]",
        discussion: """
            The broker shows no more than its own maxBrowsePageSize.

            EXAMPLE:
              skein dead-letters list stomp://localhost:61613 --limit 10
            """)

    @OptionGroup var options: BrokerOptions
    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "At most so many, up to 100,000. (default: 50)",
        transform: { try Admitted.limit($0) })
    var limit = 50

    func run() async throws {
        let letters = try await options.letters().list(limit: limit).map(DeadLetter.init)
        if options.json {
            for letter in letters { try JSONOutput.write(letter) }
            return
        }
        guard !letters.isEmpty else { return Terminal.output.write("No dead letters.") }
        var table = Table([
            .init("ID", least: 20), .init("TIME (UTC)"), .init("NAME", least: 12, style: { _ in .cyan }),
            .init("SUBJECT", least: 6), .init("FROM", least: 14),
        ])
        for letter in letters {
            table.add(
                letter.id, letter.time.map(Times.short) ?? "", letter.name ?? "unreadable", letter.subject ?? "",
                letter.origin ?? "unknown")
        }
        table.write(to: .output)
        let explained = letters.filter { $0.reason != nil || $0.unreadable != nil }
        guard !explained.isEmpty else { return }
        Terminal.output.write()
        for letter in explained {
            let text = [letter.unreadable, letter.reason].compactMap(\.self).joined(separator: "; ")
            let page = Page()
            page.paragraph(text, lead: "\(letter.id.printable)  ", style: .dim)
            for line in letter.shownContent { page.paragraph(line, lead: "  ") }
        }
    }
}

struct DeadLetterReturn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-back", abstract: "Send dead letters back to the queues that they came from.",
        usage: "skein dead-letters send-back <broker> (--all | <id> ...) [options]",
        discussion: """
            Each leaves the queue of dead letters and arrives in its own in one transaction of the broker: however \
            this command ends, no message is lost or there twice. One that does not say where it came from stays. \
            Two runs at once share the letters. Exits with 1 where one of the ids is not there, or stays.

            EXAMPLES:
              skein dead-letters send-back stomp://localhost:61613 --all
              skein dead-letters send-back stomp://localhost:61613 ID:host-41523-4:1:1:1:1
            """)

    @OptionGroup var options: BrokerOptions
    @Argument(help: ArgumentHelp("The broker's ids of the letters.", valueName: "id")) var ids: [String] = []
    @Flag(help: "All that the broker lists, up to 100,000.") var all = false

    private struct Report: Encodable {
        var sentBack: Int
        /// The ids of those that are not there, are too large, or do not say where they came from.
        var stayed: [String] = []
        /// Why each of them stays.
        var reasons: [String: String] = [:]
        /// With `--all`, the ids of those that were listed and then taken by somebody else, or expired.
        var gone: [String] = []
    }

    func validate() throws {
        if all == !ids.isEmpty { throw ValidationError("Name dead letters by their ids, or say --all.") }
    }

    /// A broker lists a page at a time, the oldest first. One that is not full is the last: what comes back at once is
    /// not for this run. Those that stay are listed again each time.
    private func sendBackAll(_ letters: StompDeadLetterQueue) async throws -> Report {
        var report = Report(sentBack: 0)
        while true {
            let limit = Self.page + report.stayed.count
            let page = try await letters.sendBackAll(limit: limit)
            report.sentBack += page.sentBack.count
            report.stayed += page.stayed.filter { !report.stayed.contains($0) }
            report.gone += page.gone
            report.reasons.merge(page.reasons) { first, _ in first }
            guard page.listed == limit, !page.sentBack.isEmpty, report.sentBack < Admitted.limits.upperBound else {
                return report
            }
        }
    }

    /// ActiveMQ lists 200 or more, unless it is configured to list fewer.
    private static let page = 200

    func run() async throws {
        let letters = try options.letters()
        var report = Report(sentBack: 0)
        if all {
            report = try await sendBackAll(letters)
            let left = try await letters.list(limit: Admitted.limits.upperBound)
            if !Set(left.map(\.id)).isSubset(of: report.stayed) {
                Terminal.error.write("skein: more are there, or have come meanwhile; see 'skein dead-letters list'")
            }
            if !report.gone.isEmpty {
                let what = report.gone.count == 1 ? "1 letter is" : "\(report.gone.count) letters are"
                Terminal.error.write("skein: \(what) gone: taken by somebody else, or expired")
            }
        }
        if !all {
            let result = try await letters.sendBack(ids: ids)
            report = Report(sentBack: result.sentBack.count, stayed: result.stayed + result.gone)
            report.reasons = result.reasons
        }
        if options.json {
            try JSONOutput.write(report)
        } else {
            Terminal.output.write("Sent back \(report.sentBack) \(report.sentBack == 1 ? "message" : "messages").")
        }
        guard !report.stayed.isEmpty else { return }
        for id in report.stayed {
            let why = report.reasons[id].map { "stays: \($0)" } ?? "is not there, or somebody else has taken it"
            Terminal.error.write("skein: \("\(id) \(why)".printable)")
        }
        throw Failure.no()
    }
}
