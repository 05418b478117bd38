import ArgumentParser
import RetailRun

@main
enum Main {
    static func main() async {
        ProcessSetup.prepare(for: CommandLine.arguments)
        await Retail.main()
    }
}

/// The command `retail`.
struct Retail: AsyncParsableCommand {
    /// What the command can do; each entry stands in a file of its own.
    static let subcommands: [any ParsableCommand.Type] = [PlayCommand.self, RunCommand.self, AuditCommand.self]

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "retail", abstract: "A shop made of event-driven components and long-running processes.",
            subcommands: subcommands)
    }
}
