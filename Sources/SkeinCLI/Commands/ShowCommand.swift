import SkeinOperator
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one message: all of it, who handled it, and what it caused.",
        discussion: """
            EXAMPLES:
              skein show 0197a1c2-7f3a-7000-8000-0123456789ab
              skein show 4711                   by its position in the log
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: ArgumentHelp("The message's id, or its position.", valueName: "message-id")) var message: String

    func run() throws {
        let inspector: StoreInspector
        switch try options.sight() {
        case .one(let one): inspector = one
        case .several(let folder): return try run(folder)
        }
        guard let detail = try find(inspector) else {
            let trimmed = try inspector.trimmedPosition()
            let note = trimmed > 0 ? "; the log begins at message \(trimmed + 1), those before it were removed" : ""
            let way =
                message.contains("/")
                ? "; an instance is shown by: skein instance \(message.shellWord)\(options.words)" : ""
            throw Failure.no("there is no message '\(message)' in \(try options.path())\(note)\(way)")
        }
        if options.json { return try JSONOutput.write(detail) }
        write(detail)
    }

    private func run(_ folder: StoreFolder) throws {
        let parts = message.split(separator: "/").map(String.init)
        var detail = try folder.message(MessageID(message))
        if detail == nil, parts.count == 2, let position = Int64(parts[1]) {
            detail = try folder.message(at: position, in: parts[0])
        }
        guard let detail else {
            let way =
                Int64(message) == nil
                ? "" : "; a position needs its store, such as \(folder.members[0].name)/\(message)"
            throw Failure.no("there is no message '\(message)' in the stores of \(folder.path)\(way)")
        }
        if options.json { return try JSONOutput.write(detail) }
        write(detail)
    }

    private func find(_ inspector: StoreInspector) throws -> MessageDetail? {
        if let detail = try inspector.message(MessageID(message)) { return detail }
        guard let position = Int64(message), position > 0, position < .max else { return nil }
        var filter = MessageFilter()
        (filter.after, filter.before, filter.limit) = (position - 1, position + 1, 1)
        return try inspector.messages(filter).first.flatMap { try inspector.message($0.id) }
    }

    private static func list(_ copies: [MessageView.Copy]?) -> String? {
        guard let copies, !copies.isEmpty else { return nil }
        return copies.map { "\($0.store)/\($0.position)" }.joined(separator: ", ")
    }

    private func write(_ detail: MessageDetail) {
        let (page, message) = (Page(), detail.message)
        page.title(message.name, "\(message.kind.rawValue), version \(message.version)")
        page.facts([
            ("position", "\(message.position)"), ("store", message.store),
            ("also in", Self.list(message.copies)),
            ("came by", message.origin.map { "\($0)" }), ("id", message.id.rawValue),
            ("time", Times.full(message.time)),
            ("from", message.source), ("to", message.recipient), ("subject", message.subject),
            ("correlation", message.correlationID.rawValue), ("caused by", message.causationID?.rawValue),
            ("audience", message.audience == .domain ? nil : message.audience.rawValue), ("user", message.user),
            ("trace", message.trace),
        ])
        for asset in message.assets { page.facts([("asset", "\(asset.url ?? asset.resource ?? "") (\(asset.type))")]) }
        for (name, value) in message.extensions.sorted(by: { $0.key < $1.key }) {
            page.facts([(name, JSONOutput.pretty(value))])
        }
        page.heading("Payload (\(message.contentType))")
        let payload =
            message.payload.map { JSONOutput.pretty($0) }
            ?? message.payloadBase64.map { "no JSON; in base64:\n\($0)" } ?? ""
        for line in payload.split(separator: "\n") { page.terminal.write("  " + String(line).printable) }
        page.heading("Handling")
        for reaction in detail.reactions {
            page.terminal.write(
                "  instance \(reaction.instance)  \(reaction.process) \(reaction.key.printable), entry \(reaction.seq)"
                    + (reaction.store.map { " in \($0)" } ?? ""))
        }
        if detail.handling.isEmpty, detail.reactions.isEmpty {
            page.terminal.write("  No component says that it takes this message.")
        }
        for handling in detail.handling { write(handling, page) }
        guard !detail.children.isEmpty else { return }
        page.heading("Caused")
        MessageTable.write(detail.children, indent: 2)
    }

    private func write(_ handling: MessageDetail.Handling, _ page: Page) {
        let style: Style =
            switch handling.state {
            case "handled": .green
            case "incident", "deadLetter": .red
            default: .yellow
            }
        var notes: [String] = handling.store.map { ["in \($0)"] } ?? []
        if let attempts = handling.attempts, attempts > 0 { notes.append("\(attempts) attempts") }
        if let next = handling.nextAt { notes.append("next \(Times.full(next))") }
        if handling.isEdited == true { notes.append("with an edited payload") }
        let line = [page.terminal.styled(handling.state, style)] + notes
        page.terminal.write("  \(handling.subscription)  " + line.joined(separator: ", "))
        if let error = handling.error { page.paragraph(error, lead: "    ") }
    }
}
