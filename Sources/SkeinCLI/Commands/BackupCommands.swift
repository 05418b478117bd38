import SkeinOperator
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct StoreBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a store, also one in use, whole and checked.",
        discussion: """
            The copy has every commit from before the command. A process that has the store open goes on. When the \
            command ends, the copy is checked for damage and on the disk. No file is overwritten.

            EXAMPLE:
              skein store backup shop.db /backup/shop-$(date +%F).db
            """)

    @Argument(help: ArgumentHelp("The store.", valueName: "store")) var store: String
    @Argument(help: ArgumentHelp("The file to be made.", valueName: "to")) var to: String
    @Flag(help: "Answer in JSON.") var json = false

    func run() throws {
        let report = try StoreBackup.make(of: store, to: to)
        if json { return try JSONOutput.write(report) }
        Terminal.output.write("Copied \(store) to \(to): \(report.holdings).")
    }
}

struct StoreRestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the place of a store, and say what will be repeated.",
        discussion: """
            No process may have the store open. The file that is replaced is kept beside it; the command prints its \
            name. What happened after the backup is repeated or forgotten; the command says how much, if the present \
            store can still be read. The backup stays as it is.

            EXAMPLES:
              skein store restore /backup/shop-2026-01-31.db shop.db --dry-run
              skein store restore /backup/shop-2026-01-31.db shop.db
            """)

    @Argument(help: ArgumentHelp("The backup.", valueName: "backup")) var backup: String
    @Argument(help: ArgumentHelp("The store.", valueName: "store")) var store: String
    @Flag(help: "Only say what will be repeated; change nothing.") var dryRun = false
    @Flag(help: "Answer in JSON.") var json = false

    func run() throws {
        let restore = StoreRestore(from: backup, to: store)
        let report = try dryRun ? restore.compare() : restore.carryOut(at: Times.now)
        if json { return try JSONOutput.write(report) }
        let terminal = Terminal.output
        let verb = dryRun ? "Would put" : "Put"
        terminal.write("\(verb) \(backup) in the place of \(store): \(report.backup.holdings).")
        if let kept = report.kept { terminal.write("The file that was there is kept as \(kept).") }
        for line in report.consequences { terminal.write(line) }
    }
}

extension BackupReport {
    /// The content as part of a sentence.
    fileprivate var holdings: String {
        let log =
            newest.map { "messages up to position \(lastPosition), of \(Times.short($0))" } ?? "an empty log"
        return "\(log); open are \(openInstances) instances, \(activities) activities, \(timers) timers and "
            + "\(openIncidents) incidents; \(bytes) bytes, sound"
    }
}

extension RestoreReport {
    /// What is repeated and forgotten, in sentences.
    fileprivate var consequences: [String] {
        guard let loss else { return ["What will be repeated cannot be told: \(unknown ?? "it was not compared")."] }
        guard loss.messages > 0 || loss.reactions > 0 || !loss.returns.isEmpty else {
            return ["The present store knows nothing beyond the backup; nothing will be repeated."]
        }
        let end = backup.lastPosition
        return [
            "What the present store knows beyond the backup:",
            "  \(loss.messages) messages after position \(end): handlers and processes publish theirs again,",
            "    those that came from outside are lost",
            "  \(loss.instancesForgotten) instances that began since, and \(loss.reactions) entries of journals",
            "  \(loss.activitiesRepeated) activities that have ended since run again, with the keys of the first time",
            "  \(loss.activitiesForgotten) activities that began since; what leads to them is repeated",
            "  \(loss.returns.count) subscriptions go back:",
        ] + loss.returns.map { "    \($0.subscription) from \($0.from) to \($0.to)" }
    }
}
