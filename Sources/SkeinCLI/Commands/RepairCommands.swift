import ArgumentParser
import SkeinCore
import SkeinOperator

/// Which incidents are repaired: some by their numbers, or all of one cause.
struct IncidentChoice: ParsableArguments {
    @Argument(help: "Incidents.", transform: { try Admitted.id($0) }) var incident: [IncidentID] = []
    @Option(help: "All open incidents of this cause, as 'skein incidents' shows it.") var cause: String?

    func validate() throws {
        if incident.isEmpty == (cause == nil) { throw ValidationError("Name incidents, or a --cause.") }
    }

    func actions(_ repair: IncidentRepair) -> [OperatorAction] {
        if let cause { return [.repairAll(cause: cause, repair)] }
        return incident.map { .repair(incident: $0, repair) }
    }
}

/// What is tried again: a number alone names an incident.
enum RetryTarget {
    case incident(IncidentID)
    case instance(InstanceName)

    init(argument text: String) throws {
        self = text.contains("/") ? .instance(try InstanceName(argument: text)) : .incident(try Admitted.id(text))
    }
}

struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try again what incidents hold up.",
        usage: "skein retry [<incident> ...] [options]",
        discussion: """
            EXAMPLES:
              skein retry 3 4
              skein retry payment/payment/4711  all incidents of an instance
              skein retry --instance 12         the same, by its number
              skein retry --cause fetch         everything parked for one cause
            """)

    @OptionGroup var options: StoreOptions
    @Argument(
        help: ArgumentHelp("Incidents, or instances by component/process/key.", valueName: "incident"),
        transform: { try RetryTarget(argument: $0) })
    var target: [RetryTarget] = []
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("An instance: its number, or component/process/key.", valueName: "instance"),
        transform: { try InstanceName(argument: $0) })
    var instance: InstanceName?
    @Option(help: "All open incidents of this cause, as 'skein incidents' shows it.") var cause: String?

    func validate() throws {
        let ways = (target.isEmpty ? 0 : 1) + (instance == nil ? 0 : 1) + (cause == nil ? 0 : 1)
        if ways != 1 { throw ValidationError("Name incidents, or an --instance, or a --cause.") }
    }

    func run() throws {
        let desk = OperatorDesk(options: options)
        if let cause { return try desk.perform([.repairAll(cause: cause, .retry)]) }
        let targets = instance.map { [RetryTarget.instance($0)] } ?? target
        try desk.perform(
            targets.map { target in
                {
                    switch target {
                    case .incident(let id): try desk.step(.retry(incident: id))
                    case .instance(let name): try desk.step(for: name) { .retryInstance($0) }
                    }
                }
            })
    }
}

struct SkipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip", abstract: "Go on without the messages that incidents hold up.",
        discussion: """
            EXAMPLES:
              skein skip 3
              skein skip --cause ChargeCard     every message parked for one cause
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var choice: IncidentChoice

    func run() throws { try OperatorDesk(options: options).perform(choice.actions(.skip)) }
}

struct RedirectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redirect", abstract: "Send the messages that incidents hold up to another component.",
        usage: "skein redirect [<incident> ...] --to <component> [options]",
        discussion: """
            The other component, which must take messages of the type, gets a copy whose cause is the original; the \
            component that could not take it goes on without it.

            EXAMPLES:
              skein redirect 3 --to backoffice
              skein redirect --cause deadLetter --to backoffice
            """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var choice: IncidentChoice
    @Option(help: ArgumentHelp("Who is to get them.", valueName: "component")) var to: String

    func run() throws { try OperatorDesk(options: options).perform(choice.actions(.redirect(to: to))) }
}
