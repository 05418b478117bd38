public import SkeinCore
import SkeinSQLite
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The eventing service: a router with an HTTP API beside a runtime. It records events before anything else happens,
/// and answers what has passed.
///
/// ```swift
/// let runtime = try Runtime(store: .sqlite("shop.db"), order, payment)
/// let service = try EventingService(runtime)
/// try await ServiceGroup(services: [runtime, service], logger: logger).run()
/// ```
///
/// - Durability: an event is acknowledged when it is durable in the store of the runtime. What was not acknowledged may
///   be recorded or not, and is sent again; a repeated id is not recorded twice.
/// - Ordering: events of one request stand in the log in their order.
/// - Cancellation: a graceful shutdown takes in nothing more, finishes the requests under way, ends the live tails,
///   and returns.
public struct EventingService: Service {
    private let configuration: EventingConfiguration
    private let responder: RouterResponder<EventingContext>
    private let readers: StoreReaders
    private let watch: LogWatch
    private let logger: Logger
    private let listening: @Sendable (ListenAddress) -> Void

    /// - Parameters:
    ///   - runtime: has its store in a file, and runs while the service does.
    ///   - configuration: loopback on port 4700 unless given.
    ///   - logger: the logger of the task unless given.
    ///   - listening: called once with the address, when connections are accepted.
    /// - Throws: ``ServerError`` with code `configuration`; `StoreError`.
    public init(
        _ runtime: Runtime, configuration: EventingConfiguration? = nil, logger: Logger = .current,
        listening: @escaping @Sendable (ListenAddress) -> Void = { _ in }
    ) throws {
        let configuration = try configuration ?? EventingConfiguration()
        try configuration.check()
        guard let store = runtime.store as? SQLiteStore, store.path != nil else {
            throw ServerError(.configuration, "an eventing service needs a runtime with its store in a file")
        }
        (self.configuration, self.logger, self.listening) = (configuration, logger, listening)
        readers = StoreReaders(store)
        watch = LogWatch(runtime)
        let router = Router(context: EventingContext.self)
        router.add(middleware: ProblemMiddleware())
        let routes = router.group("v1")
        let limits = configuration.limits
        EventReceiver(recorder: Recorder(runtime), limits: limits).add(to: routes)
        LiveTail(readers: readers, watch: watch, limits: limits, open: OpenTails()).add(to: routes)
        EventReader(readers: readers, watch: watch, limits: limits).add(to: routes)
        responder = router.buildResponder()
    }

    /// How many descriptors are left for everything but connections: the files of the store, its readers, operators.
    private static let reserve = 256

    /// How many connections may be open: no more than there are descriptors for, because a server that cannot accept
    /// one ends.
    private var connections: Int {
        let descriptors = sysconf(Int32(_SC_OPEN_MAX))
        guard descriptors > 0 else { return configuration.limits.connections }
        return min(configuration.limits.connections, max(1, descriptors - Self.reserve))
    }

    /// Serves until the task is cancelled or shut down gracefully.
    ///
    /// - Throws: ``ServerError`` with code `address` when the address cannot be listened at.
    public func run() async throws {
        do {
            try await serve()
        } catch {
            await end()
            throw error
        }
        await end()
    }

    private func end() async {
        watch.stop()
        await readers.close()
    }

    private func serve() async throws {
        let (listen, limits) = (configuration.listen, configuration.limits)
        let idle = TimeAmount.nanoseconds(Int64(min(limits.idle / .nanoseconds(1), Double(Int64.max / 2))))
        let application = Application(
            responder: responder,
            server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: idle)),
            configuration: ApplicationConfiguration(
                address: .hostname(listen.host, port: listen.port), serverName: "Skein",
                availableConnectionsDelegate: MaximumAvailableConnections(connections)),
            onServerRunning: { [listening] channel in
                let port = channel.localAddress?.port ?? listen.port
                if let address = try? ListenAddress(host: listen.host, port: port) { listening(address) }
            },
            logger: logger)
        do {
            try await withTaskCancellationOrGracefulShutdownHandler {
                try await application.run()
            } onCancelOrGracefulShutdown: { [watch] in
                watch.stop()
            }
        } catch let error as IOError {
            throw ServerError(
                .address,
                "\(listen) cannot be listened at; choose an address of this machine and a free port: "
                    + String(cString: strerror(error.errnoCode)))
        }
    }
}
