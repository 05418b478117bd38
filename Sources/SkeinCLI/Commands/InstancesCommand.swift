import SkeinOperator
import SkeinStorage
import ArgumentParser
import SkeinCore
import SkeinSQLite

struct InstancesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instances", abstract: "List instances of processes, sagas and entities.",
        usage: "skein instances [options]",
        discussion: """
            The newest come first. The next page begins with --before and the last id of this one.

            EXAMPLES:
              skein instances --process order --state parked
              skein instances --attribute customer=4711 --attribute country=NL
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "The name of the process, saga or entity.") var process: String?
    @Option(help: "The component.") var component: String?
    @Option(help: "running, suspended, parked, completed, failed or canceled.") var state: InstanceStatus?
    @Option(help: "The key.") var key: String?
    @Option(
        help: ArgumentHelp("A business attribute; may be repeated.", valueName: "name=value"),
        transform: { try Admitted.assignment($0) })
    var attribute: [Assignment] = []
    @Option(parsing: .unconditional, help: "Only instances with a lower id.", transform: { try Admitted.id($0) })
    var before: InstanceID?
    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "At most so many, up to 100,000. (default: 50)",
        transform: { try Admitted.limit($0) })
    var limit = 50

    func run() throws {
        var filter = InstanceFilter()
        (filter.process, filter.component, filter.status, filter.key) = (process, component, state, key)
        for one in attribute { filter.attributes[one.name] = one.value }
        (filter.before, filter.limit) = (before, limit)
        let instances: [InstanceView]
        switch try options.sight() {
        case .one(let inspector): instances = try inspector.instances(filter)
        case .several(let folder):
            if before != nil { throw ValidationError("--before is an id of one store; name one by --store FILE.") }
            instances = try folder.instances(filter)
        }
        if options.json {
            for instance in instances { try JSONOutput.write(instance) }
            return
        }
        guard !instances.isEmpty else { return Terminal.output.write("No instances.") }
        var table = Table([
            .init("ID", number: true), .store, .init("PROCESS", least: 12, style: { _ in .cyan }),
            .init("KEY", least: 10),
            .init("STATE", style: Self.style), .init("STARTED (UTC)"), .init("ATTRIBUTES", least: 10),
        ])
        for instance in instances {
            let attributes = instance.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            table.add(
                "\(instance.id)", instance.store ?? "", "\(instance.component)/\(instance.process)", instance.key,
                instance.status.rawValue,
                Times.short(instance.startedAt), attributes.joined(separator: " "))
        }
        table.write(to: .output)
    }

    static func style(_ status: String) -> Style? {
        switch status {
        case "parked", "failed": .red
        case "suspended": .yellow
        case "completed", "canceled": .dim
        default: .green
        }
    }
}
