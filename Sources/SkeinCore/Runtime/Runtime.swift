public import SkeinActions
public import SkeinStorage
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Runs components on a store: delivers messages to handlers, lets processes react, keeps time, and recovers.
///
/// ```swift
/// try await Runtime(store: .sqlite("hello.db"), greeter).run { try await $0.send(Greet(name: "Kermit")) }
/// ```
///
/// Recovery is starting: whatever must happen next is read from the store, so a runtime that was killed at any point
/// goes on where it was. A runtime is a `Service`: ``run()`` returns after a graceful shutdown, when everything under
/// way has ended or the drain timeout is over.
public final class Runtime: Service {
    let core: RuntimeCore
    let registries: [ComponentRegistry]
    let desk: ActionDesk
    let monitors: [ChannelMonitor]
    private let engines: Mutex<[any Engine]>
    private let life = Mutex(
        RuntimeLife<UnsafeContinuation<(any Error)?, Never>, UnsafeContinuation<StopAction, Never>>())

    /// Checks the components and opens their places in the store; nothing runs yet.
    ///
    /// - Parameters:
    ///   - store: owned by the runtime from now on. The runtime closes it when it stops, so that another runtime can
    ///     open the file, unless ``RuntimeConfiguration/closesStore`` is `false`. A store in memory stays open. If this
    ///     call throws, the store still belongs to the caller.
    ///   - logger: hears of incidents and of what stops the runtime; the logger of the task unless given.
    ///   - channels: the ways to components in other processes.
    ///   - remotes: the components that run there.
    /// - Throws: ``ConfigurationError`` when the components cannot run together, or a value of the configuration is out
    ///   of range; ``StoreError``.
    public convenience init(
        store: any Store, configuration: RuntimeConfiguration = .init(), logger: Logger = .current,
        components: [Component], channels: [Channel] = [], remotes: [Remote] = []
    ) throws {
        try self.init(
            store: store, environment: .system, configuration: configuration, logger: logger, components: components,
            channels: channels, remotes: remotes)
    }

    /// - Parameter environment: time, threads and randomness; the machine's unless a test replaces them.
    package init(
        store: any Store, environment: RuntimeEnvironment, configuration: RuntimeConfiguration = .init(),
        logger: Logger = .current, components: [Component], channels: [Channel] = [], remotes: [Remote] = []
    ) throws {
        let problems = configuration.problems
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        var catalogue = try Catalogue(components, remotes: remotes, reader: store.makeReader(), logger: logger)
        var plan = try ChannelPlan(channels, remotes: remotes, catalogue: catalogue)
        let recorder = ChannelRecorder(
            catalogue: catalogue, maximumPayloadSize: configuration.maximumPayloadSize)
        let identities = MessageIdentities(try store.makeReader())
        if !channels.isEmpty {
            catalogue.add(builtIn: UnreadableMessages.registry(recorder: recorder, identities: identities))
        }
        core = try RuntimeCore(
            store: store, identities: identities, environment: environment, configuration: configuration,
            catalogue: catalogue, start: channels.isEmpty ? 0 : environment.random(), logger: logger)
        registries = catalogue.registries
        desk = try ActionDesk(core: core)
        engines = Mutex([])
        plan = try Self.succeedChannels(plan, core: core)
        try Self.beginSubscriptions(registries, plan, core: core)
        var all: [any Engine] = []
        for registry in registries { all += try Self.engines(for: registry, core: core) }
        monitors = try Self.monitors(of: plan, core: core)
        all += try links(of: plan, recorder: recorder)
        let answers = try AnswerEngine(core: core)
        core.requests.read { [weak answers] in answers?.whenSettled($0) }
        all.append(answers)
        if let retention = configuration.logRetention {
            all.append(
                try LogTrimmer(
                    core: core, retention: retention, needed: { [weak self] in self?.neededInMemory() ?? .max },
                    storePlaces: { [weak self] in for engine in self?.currentEngines ?? [] { engine.storePlace {} } }))
        }
        for engine in all.compactMap({ $0 as? KernelEngine }) { watch(engine) }
        engines.withLock { $0 = all }
    }

    /// Checks the components and opens their places in the store; nothing runs yet.
    public convenience init(store: some Store, _ components: Component...) throws {
        try self.init(store: store, components: components)
    }

    /// What has been counted since the runtime was made.
    public var counts: RuntimeCounts { core.counters.counts }

    /// How many messages handlers have in memory: those being handled, those that wait for their turn, and those that
    /// failed and wait for their next attempt. While the number is above 0, the runtime has work to do.
    ///
    /// The store does not show these messages: a failing message gets a row only when it is parked
    /// (`RuntimeConfiguration.retryInMemory`).
    package var messagesInHand: Int { core.inHand.load(ordering: .relaxed) }

    /// The outside systems that this process takes for suspended. Between two commits the store may differ.
    package var suspendedSystems: Set<String> { core.breakers.suspendedSystems }

    /// The engines; a kernel may be replaced while the runtime runs.
    var currentEngines: [any Engine] { engines.withLock { $0 } }

    /// The store that the runtime was made with.
    package var store: any Store { core.store }

    /// The error that ended the runtime; `nil` while it can go on.
    package var failure: (any Error)? { core.failure }

    /// Publishes and sends in the name of a component, from outside its handlers.
    ///
    /// - Parameters:
    ///   - component: a component of this runtime; or one that runs elsewhere, for which only events of its own name
    ///     can be published.
    ///   - user: on whose behalf; it travels with everything that follows.
    ///   - trace: the trace to go on with, that of an incoming request, say; a new one for each message unless stated.
    public func client(
        as component: String = "client", user: String? = nil, trace: TraceContext? = nil
    ) -> Client {
        Client(core: core, component: component, user: user, trace: trace)
    }

    /// Runs until the task is cancelled or the service group shuts down gracefully; then drains.
    ///
    /// - Throws: ``StoreError`` when the store can no longer be written.
    public func run() async throws {
        start()
        let failure = await untilShutdown()
        await stop()
        if let failure { throw failure }
    }

    /// Runs like ``run()``, together with a service that needs the store. The service ends before the runtime drains
    /// and closes the store. When one of the two ends, so does the other.
    package func run(beside service: some Service) async throws {
        start()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                group.addTask { if let failure = await self.untilShutdown() { throw failure } }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await stop()
            throw error
        }
        await stop()
    }

    /// Waits for a cancellation, a graceful shutdown, ``stop()``, or a failure, which it returns.
    private func untilShutdown() async -> (any Error)? {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withUnsafeContinuation { watcher in
                if let reason = life.withLock({ $0.watch(watcher) }) { watcher.resume(returning: reason.failure) }
            }
        } onCancelOrGracefulShutdown: { [self] in
            end(because: .asked)
        }
    }

    /// Tells those who wait for it that the runtime is to end.
    private func end(because reason: RuntimeEnd) {
        for watcher in life.withLock({ $0.end(because: reason) }) { watcher.resume(returning: reason.failure) }
    }

    /// Runs `body`, waits until everything that it set in motion has come to rest (handlers done, processes waiting or
    /// ended), drains, and returns.
    public func run<Result: Sendable>(
        _ body: @Sendable (Client) async throws -> Result
    ) async throws -> Result {
        start()
        do {
            let result = try await body(client())
            await settle()
            if let failure = core.failure { throw failure }
            await stop()
            return result
        } catch {
            await stop()
            throw error
        }
    }

    /// Starts without waiting for anything. A second call does nothing; a runtime that has stopped stays so.
    public func start() {
        guard life.withLock({ $0.start() }) == .begin else { return }
        begin()
        if let stopper = life.withLock({ $0.started() }) { stopper.resume(returning: .drain) }
    }

    private func begin() {
        core.onFailure { [weak self] error in
            self?.end(because: .failed(error))
            for engine in self?.engines.withLock({ $0 }) ?? [] { engine.wake() }
        }
        core.timers.start()
        if core.intervals !== core.timers { core.intervals.start() }
        recordCatalogue()
        do { try core.store.relayForeign() } catch { core.fail(error) }
        for engine in engines.withLock({ $0 }) { engine.start() }
    }

    /// Stops the runtime: takes in nothing more, waits for the work under way, at most
    /// ``RuntimeConfiguration/drainTimeout``, and closes the store. Then ``run()`` returns too.
    ///
    /// When this returns, another runtime, in this process or another, can open the file. A second call waits for the
    /// same end. To read the store afterwards, open it again.
    public func stop() async {
        let action = await withUnsafeContinuation { stopper in
            if let action = life.withLock({ $0.stop(stopper) }) { stopper.resume(returning: action) }
        }
        guard action == .drain else { return }
        await drain()
        if core.configuration.closesStore {
            do {
                try core.store.release()
            } catch {
                core.logger.warning("the store was not closed in order", metadata: ["error": "\(error)"])
            }
        }
        let (watchers, stoppers) = life.withLock { $0.stopped() }
        for watcher in watchers { watcher.resume(returning: nil) }
        for stopper in stoppers { stopper.resume(returning: .nothing) }
    }

    private func drain() async {
        let engines = engines.withLock { $0 }
        let deadline = AttemptDeadline(core.configuration.drainTimeout, core: core)
        await withUnsafeContinuation { continuation in
            let gathering = Gathering(engines.count) { continuation.resume() }
            for engine in engines { engine.drain { gathering.arrive() } }
            deadline.begin { gathering.finish() }
            core.onFailure { _ in gathering.finish() }
        }
        deadline.end()
        for engine in self.engines.withLock({ $0 }) { engine.abandon() }
        core.timers.stop()
        core.intervals.stop()
        _ = try? await core.committer.commit(CommitUnit())
        core.committer.stop()
        core.requests.failAll(CancellationError())
        core.actions.stop()
        core.settling.stop()
        core.outcomes.stop()
        core.store.observeAppends(nil)
    }

    /// Waits until every subscription has read everything and nothing is being handled.
    ///
    /// What waits for a time (a retry, a timer) or for a message is at rest.
    public func settle() async {
        while true {
            let end = core.tail.end
            let engines = engines.withLock { $0 }
            for _ in 0..<2 {
                for engine in engines {
                    await withUnsafeContinuation { continuation in
                        let done = core.settling.begin { continuation.resume() }
                        engine.whenSettled { done(()) }
                    }
                }
            }
            if core.tail.end == end || core.hasFailed || life.withLock({ $0.isEnding }) { return }
        }
    }

    private func recordCatalogue() {
        do {
            let reader = try core.store.makeReader()
            let now = core.environment.clock.now
            let writes = try registries.filter { !$0.isBuiltIn }.flatMap { registry in
                let systems = try CatalogueEntry.systems(of: registry.component, in: reader)
                return try CatalogueEntry(registry, systems: systems).writes(at: now, reader: reader)
            }
            if !writes.isEmpty { core.committer.submit(CommitUnit(writes: writes)) }
        } catch {
            core.fail(error)
        }
    }

    /// Waits until every subscription has handed its place over to the committer.
    func storePlaces() async {
        for engine in engines.withLock({ $0 }) {
            await withUnsafeContinuation { continuation in
                let done = core.settling.begin { continuation.resume() }
                engine.storePlace { done(()) }
            }
        }
    }

    /// The position above which a caller that waits for an answer may still need messages.
    func neededInMemory() -> Int64 {
        engines.withLock { $0 }.lazy.compactMap { $0 as? AnswerEngine }.first?.readThrough ?? .max
    }

    func kernel(of component: String, process: String) -> KernelEngine? {
        engines.withLock { $0 }.lazy.compactMap { $0 as? KernelEngine }
            .first { $0.component == component && $0.definitions.knows(process) }
    }

    /// The kernel that may have the instances of a component in memory, also those whose process is not deployed.
    func kernel(of component: String, notation: Notation) -> KernelEngine? {
        engines.withLock { $0 }.lazy.compactMap { $0 as? KernelEngine }
            .first { $0.component == component && $0.kernel.servesEntities == (notation == .entity) }
    }

    func engine(_ subscription: String) -> (any Engine)? {
        engines.withLock { $0 }.first { $0.subscription == subscription }
    }

    private static func engines(for registry: ComponentRegistry, core: RuntimeCore) throws -> [any Engine] {
        var engines: [any Engine] = []
        let name = registry.component
        if !registry.handlers.isEmpty {
            engines.append(
                try HandlerEngine(
                    core: core, component: name, subscription: "\(name)/handlers", handlers: registry.handlers,
                    isCatchAll: true))
        }
        for projection in registry.projections {
            let subscription = "\(name)/projection/\(projection.name)"
            try Self.begin(projection, subscription, core: core)
            engines.append(
                try HandlerEngine(
                    core: core, component: name, subscription: subscription, handlers: projection.handlers,
                    isCatchAll: false))
        }
        let kinds = [("entities", registry.entities), ("processes", registry.processes)].filter { !$0.1.isEmpty }
        for (kind, machines) in kinds {
            engines.append(
                try KernelEngine(
                    core: core, component: name, subscription: "\(name)/\(kind)", definitions: machines,
                    isCatchAll: registry.handlers.isEmpty && kind == kinds.last?.0))
        }
        return engines
    }

    /// Gives each new subscription its place before anything is published, so that a crash cannot move its beginning.
    private static func beginSubscriptions(
        _ registries: [ComponentRegistry], _ plan: ChannelPlan, core: RuntimeCore
    ) throws {
        let reader = try core.store.makeReader()
        let end = try reader.highWater().position
        let beginning = try LogBeginning(reader, core.configuration)
        var places: [PositionRow] = []
        for registry in registries {
            for subscription in registry.subscriptions where try reader.position(of: subscription) == nil {
                let isNow = registry.start == .now
                let position = isNow ? end : try beginning.place(of: "subscription '\(subscription)' is new and")
                places.append(PositionRow(subscription: subscription, position: position))
            }
        }
        // What was written before there was a channel was meant for the components that were there.
        for channel in plan.channels where try reader.position(of: channel.relay) == nil {
            places.append(PositionRow(subscription: channel.relay, position: end))
        }
        guard !places.isEmpty else { return }
        _ = try core.store.commit(CommitBatch(units: []) { [places] _ in places })
    }

    /// A projection whose place in the log is of another version, or that has none, begins with empty tables at the
    /// first message. Its parked messages are removed, because they come again with the rest of the log.
    private static func begin(
        _ projection: ProjectionRegistration, _ subscription: String, core: RuntimeCore
    ) throws {
        let reader = try core.store.makeReader()
        let stored = try reader.position(of: subscription)
        let isNew = projection.reset == nil ? stored == nil : stored?.version != projection.version
        guard isNew else { return }
        let position = try LogBeginning(reader, core.configuration).place(
            of: "projection '\(projection.name)' is to be built, which")
        guard let reset = projection.reset else { return }
        let place = PositionRow(subscription: subscription, position: position, version: projection.version)
        let planner = ActionPlanner(reader: reader, now: core.environment.clock.now)
        let unit = CommitUnit(writes: try planner.forgetting(subscription), enlistments: [reset()])
        let batch = CommitBatch(units: [unit]) { $0.isEmpty ? [place] : [] }
        for case .failed(let error) in try core.store.commit(batch) {
            throw ConfigurationError([
                "the projection '\(projection.name)' cannot make its tables: \(error)"
            ])
        }
    }

    /// Replaces a kernel whose user code does not return.
    private func watch(_ engine: KernelEngine) {
        engine.watch.onRunaway { [weak self, weak engine] suspect in
            guard let self, let engine else { return }
            self.replace(engine, because: suspect)
        }
    }

    private func replace(_ engine: KernelEngine, because suspect: ReactionWatch.Suspect) {
        engine.abandon()
        // The old kernel is fenced, so all its commits come before this one.
        core.committer.submit(CommitUnit()) { [self] _ in
            do {
                try engine.park(suspect) { [self] _ in takeOver(from: engine) }
            } catch {
                core.fail(error)
            }
        }
    }

    private func takeOver(from engine: KernelEngine) {
        do {
            let successor = try engine.successor()
            watch(successor)
            engines.withLock { engines in
                engines.removeAll { $0 === engine }
                engines.append(successor)
            }
            successor.start()
            engine.calls.handOver(to: successor)
        } catch {
            core.fail(error)
        }
    }
}
