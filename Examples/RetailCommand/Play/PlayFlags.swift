import ArgumentParser
import RetailPlay
import RetailRun

/// What every play can be asked for.
struct PlayFlags: ParsableArguments {
    @Flag(help: "Print every command, query and document too, each with its kind.")
    var all = false

    @Flag(help: "Deliver every message twice; the output stays the same.")
    var duplicate = false

    @Flag(help: "Drop the runtime after every commit and reopen it from the store; the output stays the same.")
    var crashAtEveryCommit = false

    @Flag(
        help: """
            Run each component in a process of its own, with a broker between them. What happens at the same time in \
            different components may be told in another order; nothing else changes.
            """)
    var apart = false

    var options: PlayOptions {
        PlayOptions(
            isDuplicating: duplicate, isCrashing: crashAtEveryCommit, tellsAll: all,
            division: apart ? .allApart : .together)
    }
}

extension [String] {
    /// A line each, to standard output.
    func printAll() throws { try StandardOutput.write(self, of: "retail play") }
}
