import ArgumentParser
import SkeinCore
import SkeinOperator

struct SuspendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Stop instances, or all activities towards outside systems.",
        usage: "skein suspend [<instance> ...] [options]",
        discussion: """
            What is stopped stays so, also across restarts, until it is resumed. What arrives for an instance \
            waits in its mailbox. Activities towards a system that are due wait, and use up no attempts.

            A system has the name that the code gives it in ActivityOptions(system:). The name is not checked, for no \
            activity may be calling it yet; 'skein store info' lists the systems that are suspended.

            EXAMPLES:
              skein suspend 12
              skein suspend payment/payment/4711
              skein suspend --system card-gateway
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var targets: StopTargets

    func run() throws {
        let desk = OperatorDesk(options: options)
        guard targets.instance.isEmpty else { return try desk.perform(on: targets.instance) { .suspend(instance: $0) } }
        try desk.perform(targets.system.map { .suspendSystem($0) })
    }
}

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let suspended instances, or activities towards outside systems, go on.",
        usage: "skein resume [<instance> ...] [options]",
        discussion: """
            EXAMPLES:
              skein resume 12
              skein resume --system card-gateway
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var targets: StopTargets

    func run() throws {
        let desk = OperatorDesk(options: options)
        guard targets.instance.isEmpty else { return try desk.perform(on: targets.instance) { .resume(instance: $0) } }
        try desk.perform(targets.system.map { .resumeSystem($0) })
    }
}

/// What is stopped, or goes on.
struct StopTargets: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Instances: their numbers, or component/process/key.", valueName: "instance"),
        transform: { try InstanceName(argument: $0) })
    var instance: [InstanceName] = []
    @Option(help: ArgumentHelp("An outside system; may be repeated.", valueName: "name")) var system: [String] = []

    func validate() throws {
        if instance.isEmpty == system.isEmpty { throw ValidationError("Name instances, or a --system.") }
    }
}
