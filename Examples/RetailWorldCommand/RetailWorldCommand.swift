import Foundation
import RetailWorld
import SkeinCore

/// The outside world of the retail example: `retail-world DIR`.
@main
struct RetailWorldCommand {
    static let usage = """
        usage: retail-world DIR [options]

        The card company, the post and the barcode generator of the retail example, in a process of their own. Listens on
        DIR/world.sock and writes each call to DIR/calls.jsonl before it answers.

          --seed N            decides everything that looks like chance (1)
          --fail-rate SHARE   of the calls fail before anything is done (0.1)
          --slow-rate SHARE   of the calls are answered late (0.05)
          --slow DURATION     how late (PT0.3S)
          --silent-rate SHARE of the calls are carried out and never answered (0.02)
          --expired-rate SHARE of the accounts have an expired card (0.3)
          --idle DURATION     without a call after which the world ends by itself (PT1M)
        """

    static func main() {
        do {
            let options = try WorldOptions(CommandLine.arguments.dropFirst())
            if options.isHelp { return print(usage) }
            if options.isDetached { detach() }
            signal(SIGHUP, SIG_IGN)
            signal(SIGPIPE, SIG_IGN)
            try WorldServer(directory: options.directory, configuration: options.configuration).run()
        } catch {
            FileHandle.standardError.write(Data("retail-world: \(error)\n".utf8))
            exit(isSecond(error) ? 0 : 1)
        }
    }

    /// Leaves the session and the open files of the process that started it, so that it outlives that process.
    private static func detach() {
        setsid()
        for descriptor in Int32(3)..<1024 { close(descriptor) }
        signal(SIGINT, SIG_IGN)
    }

    /// Two callers may start a world at once; the second world is not needed.
    private static func isSecond(_ error: any Error) -> Bool {
        (error as? WorldError)?.code == .owned && CommandLine.arguments.contains("--detached")
    }
}
