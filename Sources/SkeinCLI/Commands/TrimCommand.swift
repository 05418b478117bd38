import SkeinOperator
import SkeinStorage
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct StoreTrimCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trim", abstract: "Remove the oldest messages of the log that nobody needs any more.",
        usage: "skein store trim [options]",
        discussion: """
            Messages stay that a subscription has not handled, also one whose component does not run now; that are \
            parked, buffered, in a mailbox, or the subject of an open incident; and the newest one. Their ids are \
            remembered for a week, or as long as the owner's inboxWindow says, so that a message that comes again is \
            dropped. The file keeps its size: what is free in it is used again.

            With both conditions, messages are removed to which one of them applies.

            EXAMPLES:
              skein store trim --older-than 90d
              skein store trim --messages 1000000
            """)

    @OptionGroup var options: StoreOptions
    @Option(
        parsing: .unconditional, help: "Those that are older: 12h, 90d.", transform: { try Admitted.duration($0) })
    var olderThan: Duration?
    @Option(
        parsing: .unconditional, help: "Those above this number, the oldest first.",
        transform: { try Admitted.number($0, in: 1...Int.max) })
    var messages: Int?

    func validate() throws {
        if olderThan == nil, messages == nil { throw ValidationError("Say what may go: --older-than, --messages.") }
    }

    func run() throws {
        let retention = LogRetention(age: olderThan, messages: messages)
        let response = try OperatorDesk(options: options).ask(.trim(retention)) { store in
            var response = ControlResponse()
            response.trim = try store.trimLog(retention, now: Times.now)
            return response
        }
        guard let report = response.trim else { return }
        if options.json { return try JSONOutput.write(report) }
        let what = report.removed == 1 ? "1 message" : "\(report.removed) messages"
        let page = Page()
        page.terminal.write("Removed \(what); the log begins at message \(report.trimmedThrough + 1).")
        if let hold = report.holds.first { page.paragraph("What it cannot pass: \(hold).", lead: "") }
    }
}
