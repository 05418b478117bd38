import ArgumentParser
import SkeinCore
import SkeinOperator

struct SuspendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Stop instances, activities towards outside systems, or channels.",
        usage: "skein suspend [<instance> ...] [options]",
        discussion: """
            What is stopped stays so, also across restarts, until it is resumed. What arrives for an instance \
            waits in its mailbox. Activities towards a system that are due wait, and use up no attempts.

            A system has the name that the code gives it in ActivityOptions(system:). A name that no activity has \
            called is refused, unless you say --not-yet-called; 'skein catalogue' lists the names, 'skein store info' \
            the systems that are suspended.

            A suspended channel neither sends nor takes in; nothing is lost, here or at the broker.

            EXAMPLES:
              skein suspend 12
              skein suspend payment/payment/4711
              skein suspend --system card-gateway
              skein suspend --channel shop
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var targets: StopTargets
    @Flag(help: "Suspend a system also before its first call, when its name cannot be checked.")
    var notYetCalled = false

    func validate() throws {
        if notYetCalled, targets.system.isEmpty { throw ValidationError("--not-yet-called is about a --system.") }
    }

    func run() throws {
        let desk = OperatorDesk(options: options)
        guard targets.instance.isEmpty else { return try desk.perform(on: targets.instance) { .suspend(instance: $0) } }
        try desk.perform(
            targets.system.map { system in
                {
                    let options = try notYetCalled ? options : narrowed(to: system)
                    if !notYetCalled { try check(system, options) }
                    return .init(desk: OperatorDesk(options: options), action: .suspendSystem(system))
                }
            }
                + targets.channel.map { channel in
                    {
                        let options = try options.narrowed(to: "channel '\(channel)'", StopTargets.codes) {
                            try $0.channels().contains { $0.name == channel }
                        }
                        try check(channel: channel, options)
                        return .init(
                            desk: OperatorDesk(options: options),
                            action: .suspendSystem(ChannelSystem.name(of: channel)))
                    }
                })
    }

    private func narrowed(to system: String) throws -> StoreOptions {
        try options.narrowed(to: "system '\(system)'", StopTargets.codes) { try $0.systems().contains(system) }
    }

    private func check(channel: String, _ options: StoreOptions) throws {
        let known = try options.inspector().channels().map(\.name)
        guard !known.contains(channel) else { return }
        let names = known.isEmpty ? "there is none" : "there are: \(known.joined(separator: ", "))"
        throw ActionError(.unknownSystem, "there is no channel '\(channel)' in this store; \(names)".printable)
    }

    /// Refuses the name of a system that nothing calls: what is misspelt would be suspended without any effect.
    private func check(_ system: String, _ options: StoreOptions) throws {
        let known = try options.inspector().systems()
        guard !known.contains(system), !system.allSatisfy(\.isWhitespace) else { return }
        let names = known.prefix(Self.shownNames).map { "'\($0)'".printable }.joined(separator: ", ")
        let more = known.count > Self.shownNames ? " and \(known.count - Self.shownNames) more" : ""
        throw ActionError(
            .unknownSystem,
            "no activity has called a system '\(system)'; ".printable
                + (known.isEmpty ? "none has called any yet" : "those that were called: \(names)\(more)")
                + ". To suspend it before its first call, add --not-yet-called")
    }

    /// How many of the known names a refusal lists.
    private static let shownNames = 20
}

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let suspended instances, activities towards outside systems, or channels go on.",
        usage: "skein resume [<instance> ...] [options]",
        discussion: """
            EXAMPLES:
              skein resume 12
              skein resume --system card-gateway
              skein resume --channel shop
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var targets: StopTargets

    func run() throws {
        let desk = OperatorDesk(options: options)
        guard targets.instance.isEmpty else { return try desk.perform(on: targets.instance) { .resume(instance: $0) } }
        let systems = targets.system + targets.channel.map(ChannelSystem.name)
        try desk.perform(
            systems.map { system in
                {
                    let what = "suspended \(ChannelSystem.label(of: system))"
                    let options = try options.narrowed(to: what, StopTargets.codes) {
                        try $0.suspendedSystems().contains { $0.system == system }
                    }
                    return .init(desk: OperatorDesk(options: options), action: .resumeSystem(system))
                }
            })
    }
}

/// What is stopped, or goes on.
struct StopTargets: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Instances: their numbers, or component/process/key.", valueName: "instance"),
        transform: { try InstanceName(argument: $0) })
    var instance: [InstanceName] = []
    @Option(help: ArgumentHelp("An outside system; may be repeated.", valueName: "name")) var system: [String] = []
    @Option(help: ArgumentHelp("A channel to other processes; may be repeated.", valueName: "name"))
    var channel: [String] = []

    func validate() throws {
        let names = !system.isEmpty || !channel.isEmpty
        if instance.isEmpty, !names { throw ValidationError("Name instances, or a --system or --channel.") }
        if !instance.isEmpty, names {
            throw ValidationError("Name either instances, or systems and channels: not both at once.")
        }
    }

    /// Of the errors for one that no store of a folder has, and one that several have.
    static let codes = (unknown: ActionError.Code.unknownSystem, ambiguous: ActionError.Code.notSingle)
}
