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

    var options: PlayOptions {
        PlayOptions(isDuplicating: duplicate, isCrashing: crashAtEveryCommit, tellsAll: all)
    }
}

extension [String] {
    /// A line each, to standard output.
    func printAll() throws { try StandardOutput.write(self, of: "retail play") }
}
