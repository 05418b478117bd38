import SkeinOperator
import ArgumentParser
import Logging
import ServiceLifecycle
import SkeinCore
import SkeinSQLite
import SkeinServer
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run an eventing service: record events, and answer what has passed.",
        usage: "skein serve --store <file> [options]",
        discussion: """
            Other programs publish by HTTP, as CloudEvents 1.0 (structured, batch or binary). An event is in the \
            store, durably, before its sender gets an answer; one that comes again is not recorded twice.

            Everything ends in order after SIGTERM or SIGINT. While the service runs, the other commands work on its \
            store as on every other.

            EXAMPLES:
              skein serve --store events.db
              curl localhost:4700/v1/events -H 'content-type: application/cloudevents+json' \\
                -d '{"specversion":"1.0","id":"1","source":"/till","type":"till.opened"}'
              curl 'localhost:4700/v1/events?name=till.*&limit=10'
              curl -N localhost:4700/v1/events/live
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The store's file, which is made where there is none.", valueName: "file"))
    var store: String?
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Where to listen, such as 127.0.0.1:4700; port 0 lets the system choose.", valueName: "host:port"))
    var listen = "127.0.0.1:\(ListenAddress.defaultPort)"

    func run() async throws {
        let path = try StoreOptions.named(store)
        let configuration = try EventingConfiguration(listen: ListenAddress(listen))
        // Before a file is made.
        try configuration.check()
        DescriptorLimit.raise(to: 10_512)
        let store = try SQLiteStore(path: path)
        let (runtime, service): (Runtime, EventingService)
        do {
            runtime = try Runtime(store: store, components: [])
            service = try EventingService(runtime, configuration: configuration) {
                Terminal.error.write("skein: events are taken at http://\($0)/v1/events; \(path.printable) has them")
            }
        } catch {
            try? store.close()
            throw error
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [runtime, ControlServer(runtime: runtime, store: store), service],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: .current))
        try await group.run()
    }
}
