import SkeinOperator
import ArgumentParser
import Foundation
import SkeinCore
import SkeinSQLite

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "List messages of the log, or follow it.",
        usage: "skein events [options]",
        discussion: """
            All four kinds of message are listed, the newest last. The newest ones that fit are shown, or with \
            --oldest-first the oldest ones.

            EXAMPLES:
              skein events --name 'payment.*' --since 2h
              skein events --correlation 0197a1c2-… --oldest-first
              skein events --follow --json
            """)

    @OptionGroup var options: StoreOptions

    @Option(help: "The whole name, or its beginning and '*': 'payment.*'.") var name: String?
    @Option(help: "The component that owns the name.") var component: String?
    @Option(help: "event, command, query or document.") var kind: MessageKind?
    @Option(help: "The subject, which is the ordering key.") var subject: String?
    @Option(help: "The id of the first message of a chain.") var correlation: String?
    @Option(help: "The id of the message whose handling produced them.") var causation: String?
    @Option(help: "On whose behalf.") var user: String?
    @Option(help: "A trace id, or a whole traceparent.") var trace: String?
    @Option(help: "The audience, such as domain or system; a program may have audiences of its own.") var audience:
        Audience?
    @Option(help: "The one component that gets them.") var recipient: String?
    @Option(help: "The url or resource id of an asset.") var asset: String?
    @Option(
        parsing: .unconditional, help: "From this time on: 2026-03-01T12:00:00Z, or how long ago: 90s, 15m, 2h, 3d.",
        transform: { try Admitted.moment($0) })
    var since: Moment?
    @Option(parsing: .unconditional, help: "Before this time.", transform: { try Admitted.moment($0) }) var until:
        Moment?
    @Option(parsing: .unconditional, help: "Only above this position.", transform: { try Admitted.position($0) })
    var after: Int64?
    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "At most so many, up to 100,000. (default: 50)",
        transform: { try Admitted.limit($0) })
    var limit = 50
    @Flag(help: "Begin with the oldest instead of ending with the newest.") var oldestFirst = false
    @Flag(name: .shortAndLong, help: "Then go on with what is published, until interrupted.") var follow = false

    func validate() throws {
        if follow, until != nil { throw ValidationError("--follow goes on for ever, so it takes no --until.") }
    }

    func run() throws {
        switch try options.sight(follows: follow) {
        case .one(let inspector): try run(inspector)
        case .several(let folder):
            if after != nil { throw ValidationError("--after is a position of one store; name one by --store FILE.") }
            try run(folder)
        }
    }

    private func run(_ inspector: StoreInspector) throws {
        let version = follow ? try inspector.dataVersion() : 0
        let end = try inspector.lastPosition()
        let trimmed = try inspector.trimmedPosition()
        if oldestFirst || (after ?? trimmed) < trimmed { Self.warn(of: trimmed) }
        var messages = try inspector.messages(filter)
        if !oldestFirst { messages.reverse() }
        try show(messages, isFirst: true)
        if follow { try self.follow(inspector, from: end, version) }
    }

    private func run(_ folder: StoreFolder) throws {
        let versions = try folder.members.map { follow ? try $0.inspector.dataVersion() : 0 }
        let ends = try folder.members.map { try $0.inspector.lastPosition() }
        if oldestFirst {
            for member in folder.members { Self.warn(of: try member.inspector.trimmedPosition(), in: member.name) }
        }
        var messages = try folder.messages(filter)
        if !oldestFirst { messages.reverse() }
        try show(messages, isFirst: true)
        guard follow else { return }
        var following = FolderFollowing(folder, filter, ends, versions)
        try following.run { try show($0, isFirst: false) }
    }

    private static func warn(of trimmed: Int64, in store: String? = nil) {
        guard trimmed > 0 else { return }
        let log = store.map { "the log of \($0)" } ?? "the log"
        Terminal.error.write("skein: \(log) begins at message \(trimmed + 1); those before it were removed.")
    }

    private var filter: MessageFilter {
        var filter = MessageFilter()
        (filter.name, filter.component, filter.kind, filter.subject) = (name, component, kind, subject)
        (filter.correlation, filter.causation, filter.trace) = (correlation, causation, trace)
        (filter.user, filter.audience, filter.recipient) = (user, audience, recipient)
        (filter.asset, filter.after) = (asset, after)
        (filter.since, filter.until) = (since?.timestamp, until?.timestamp)
        (filter.limit, filter.order) = (limit, oldestFirst ? .oldestFirst : .newestFirst)
        return filter
    }

    /// Looks again whenever the store has changed, which is asked for five times a second and costs next to nothing.
    private func follow(_ inspector: StoreInspector, from end: Int64, _ version: Int64) throws {
        var (filter, version) = (filter, version)
        (filter.order, filter.limit, filter.after) = (.oldestFirst, 1000, max(end, after ?? 0))
        while true {
            let now = try inspector.dataVersion()
            if now == version {
                usleep(200_000)
                continue
            }
            version = now
            while case let messages = try inspector.messages(filter), let last = messages.last {
                try show(messages, isFirst: false)
                filter.after = last.position
            }
        }
    }

    private func show(_ messages: [MessageView], isFirst: Bool) throws {
        if options.json {
            for message in messages { try JSONOutput.write(message) }
        } else if messages.isEmpty, isFirst {
            if !follow { Terminal.output.write("No messages.") }
        } else if !messages.isEmpty {
            MessageTable.write(messages, header: isFirst)
        }
    }
}

/// Messages, one a line.
enum MessageTable {
    static func write(_ messages: [MessageView], header: Bool = true, indent: Int = 0) {
        guard messages.allSatisfy({ $0.store == nil }) else { return writeOfFolder(messages, header, indent) }
        var table = Table([
            .init("POSITION", number: true), .init("TIME (UTC)"), .init("KIND", style: { _ in .dim }),
            .init("NAME", least: 16, style: { _ in .cyan }), .init("SUBJECT", least: 8), .init("FROM", least: 6),
        ])
        for message in messages {
            table.add(
                "\(message.position)", Times.short(message.time), message.kind.rawValue, message.name, message.subject,
                message.source)
        }
        table.write(to: .output, indent: indent, header: header)
    }

    /// Says where each message was written, and in which stores it was handled.
    private static func writeOfFolder(_ messages: [MessageView], _ header: Bool, _ indent: Int) {
        var table = Table([
            .init("TIME (UTC)"), .init("WRITTEN", least: 8), .init("KIND", style: { _ in .dim }),
            .init("NAME", least: 12, style: { _ in .cyan }), .init("SUBJECT", least: 6),
            .init("HANDLED IN", least: 8),
        ])
        for message in messages {
            let place = "\(message.store ?? "")/\(message.position)"
            table.add(
                Times.short(message.time), message.origin.isOwn ? place : "(\(message.source))", message.kind.rawValue,
                message.name, message.subject, stores(handling: message).joined(separator: ", "))
        }
        table.write(to: .output, indent: indent, header: header)
    }

    /// The stores in which a subscription or an instance has taken the message, with the state where it is not handled.
    private static func stores(handling message: MessageView) -> [String] {
        let (handling, reactions) = (message.handling ?? [], message.reactions ?? [])
        let stores = Set(handling.compactMap(\.store)).union(reactions.compactMap(\.store))
        return stores.sorted().map { store in
            let open = handling.filter { $0.store == store && $0.state != "handled" }.map(\.state)
            return open.first.map { "\(store) (\($0))" } ?? store
        }
    }
}
