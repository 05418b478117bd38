public import SkeinCore
public import SkeinStorage
import SkeinTransport

/// Several runtimes that talk over one broker in memory, under one virtual clock, from a seed: components in processes
/// of their own, each with a store of its own.
///
/// ```swift
/// let broker = MemoryBroker()
/// let shop = try SimulatedProcesses(broker: broker, of: [[order], [payment, account]])
/// try shop.publish(OrderPlaced(…), as: "order")
/// shop.run(for: .days(14))
/// ```
///
/// The seed decides whose turn it is, so work of one process goes on between any two steps of another. All calls are
/// synchronous: they drive all processes until all have come to rest.
public final class SimulatedProcesses {
    /// The name of the channel on which all processes meet.
    public static let channel = "shop"

    /// What the processes do besides running. The seed is that of the first process.
    public let options: Simulation.Options
    /// The broker between them.
    public let broker: MemoryBroker
    private var processes: [(name: String, simulation: Simulation)] = []
    private var homes: [String: String] = [:]
    /// How likely a process is killed after each piece of its work, from 0 to below 1. It starts again at once.
    public var kills = 0.0
    /// How likely the broker is stopped after each piece of work, from 0 to below 1. It starts again up to five seconds
    /// later.
    public var outages = 0.0
    /// When the broker starts again.
    private var outageEnd: Timestamp?
    private var random: SeededRandom
    private var seen: [String: Int64] = [:]
    private var logged: [LogRecord] = []
    private var stores: [String: any Store] = [:]
    private var readers: [String: any StoreReader] = [:]

    /// Starts a process for each group of components. A process has the name of its first component. A single process
    /// has no channel.
    ///
    /// - Parameters:
    ///   - stores: makes the store of a process, by its name; in memory unless stated.
    ///   - channel: changes the channel of a process, by its name, before it is used.
    /// - Throws: `ConfigurationError`, `StoreError`.
    public init(
        broker: MemoryBroker, options: Simulation.Options = Simulation.Options(), of groups: [[Component]],
        stores: (String) throws -> any Store = { _ in MemoryStore() },
        channel: (Channel, String) -> Channel = { channel, _ in channel }
    ) throws {
        (self.options, self.broker) = (options, broker)
        random = SeededRandom(seed: options.seed)
        let names = groups.flatMap { $0.map(\.name) }
        for group in groups {
            guard let name = group.first?.name else { continue }
            var setting = options
            setting.seed = random.next()
            let own = Set(group.map(\.name))
            let remotes = names.filter { !own.contains($0) }.map { Remote($0, via: Self.channel) }
            let store = try stores(name)
            let way = Channel(Self.channel, over: broker.transport(), as: name)
            let simulation = try Simulation(
                startedOn: store, options: setting, components: group,
                channels: remotes.isEmpty ? [] : [channel(way, name)], remotes: remotes)
            // A process that dies leaves its connections behind; the broker notices.
            simulation.willReopen = { [broker] in broker.disconnectAll(of: name) }
            processes.append((name, simulation))
            (self.stores[name], readers[name]) = (store, try store.makeReader())
            for component in group { homes[component.name] = name }
        }
        settle()
    }

    /// The names of the processes.
    public var names: [String] { processes.map(\.name) }

    /// A process, by the name of one of its components.
    public func process(of component: String) throws -> Simulation {
        let name = try home(of: component)
        guard let process = processes.first(where: { $0.name == name }) else { throw unknown(component) }
        return process.simulation
    }

    /// The name of the process that a component runs in.
    public func home(of component: String) throws -> String {
        guard let name = homes[component] else { throw unknown(component) }
        return name
    }

    /// The store of the process that a component runs in.
    public func store(of component: String) throws -> any Store {
        guard let store = stores[try home(of: component)] else { throw unknown(component) }
        return store
    }

    private func unknown(_ component: String) -> SimulationError {
        SimulationError("no process runs the component '\(component)'; there are: \(homes.keys.sorted())")
    }

    /// What the clock of all processes shows.
    public var now: Timestamp { processes.first?.simulation.clock.now ?? options.start }

    /// How often a process was dropped.
    public var crashes: Int { processes.reduce(0) { $0 + $1.simulation.crashes } }

    /// Publishes an event in the process of a component, once whatever is killed meanwhile, and lets everything come to
    /// rest that follows at once.
    public func publish(_ event: some Event, as component: String) throws {
        let id = nextMessageID()
        try perform(in: component) { runtime in _ = try await runtime.client(as: component).publish(event, id: id) }
    }

    /// Sends a command from the process of a component, once whatever is killed meanwhile, and lets everything come to
    /// rest that follows at once.
    ///
    /// - Parameter client: in whose name; in that of the component unless stated.
    public func send(_ command: some Command, as component: String, named client: String? = nil) throws {
        let id = nextMessageID()
        try perform(in: component) { runtime in
            _ = try await runtime.client(as: client ?? component).send(command, id: id)
        }
    }

    /// Asks from the process of a component, and lets time pass until the answer is there.
    ///
    /// - Throws: `MessageError` with code `noAnswer` when there is none in ten seconds on the clock.
    public func ask<Asked: Query>(_ query: Asked, as component: String) throws -> Asked.Answer {
        try perform(in: component) { runtime in try await runtime.client(as: component).ask(query) }
    }

    /// Runs asynchronous code against the runtime of a component until it has ended, like ``Simulation/perform(_:)``.
    @discardableResult
    public func perform<Result: Sendable>(
        in component: String, _ body: @escaping @Sendable (Runtime) async throws -> Result
    ) throws -> Result {
        let process = try process(of: component)
        let end = now.advanced(by: .days(3650))
        var attempts = 0
        defer { process.spare(commits: 0) }
        while true {
            let crashes = process.crashes
            process.spare(commits: attempts)
            let call = process.call(body)
            settle()
            while call.result == nil, process.crashes == crashes {
                guard let next = nextAlarm, next <= end else {
                    throw SimulationError("the code waits for something that neither the processes nor time bring")
                }
                advance(to: next)
            }
            if let result = call.result { return try result.get() }
            attempts += 1
        }
    }

    /// Begins asynchronous code against the runtime of a component, like ``Simulation/begin(_:)``.
    public func begin(in component: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) throws {
        let call = try process(of: component).call(body)
        settle()
        try call.result?.get()
    }

    /// Lets time pass in all processes, firing what is due on the way.
    public func run(for duration: Duration) { run(until: now.advanced(by: duration)) }

    /// Lets time pass in all processes until an instant.
    public func run(until end: Timestamp) {
        settle()
        while let next = nextAlarm, next <= end { advance(to: next) }
        advance(to: end)
    }

    /// Lets time pass until nothing is due any more in any process.
    ///
    /// - Parameter limit: the longest time to let pass, for processes that never come to rest.
    /// - Returns: whether everything came to rest within the limit.
    @discardableResult
    public func runToEnd(within limit: Duration = .days(3650)) -> Bool {
        settle()
        let end = now.advanced(by: limit)
        while let next = nextAlarm {
            guard next <= end else { return false }
            advance(to: next)
        }
        return true
    }

    /// Ends all kills, outages and faults of the broker.
    public func calm() {
        (kills, outages, outageEnd) = (0, 0, nil)
        broker.calm()
        broker.start()
    }

    /// Lets the runtime of a component end in good order, however long that takes on the clock, and opens a new one on
    /// the same store.
    public func restart(_ component: String) throws {
        try perform(in: component) { await $0.stop() }
        try crash(component)
    }

    /// Drops the runtime of a component without warning and opens a new one on the same store.
    public func crash(_ component: String) throws {
        try process(of: component).drop()
        settle()
    }

    /// Replaces the component of the same name by another version of it, as a deployment of its process alone does:
    /// drops the runtime without warning and opens a new one on the same store.
    ///
    /// - Throws: `ConfigurationError` when the runtime does not start with it, and then it has started again with the
    ///   one before; `StoreError`; ``SimulationError`` when no process runs such a component.
    public func deploy(_ component: Component) throws {
        try process(of: component.name).deploy(component)
        settle()
    }

    /// What was written in all processes, each message once, where it was written; in the order in which that happened.
    public func log() throws -> [LogRecord] { logged }

    /// The incidents of all processes that nobody has resolved.
    public func incidents() throws -> [IncidentRow] { try processes.flatMap { try $0.simulation.incidents() } }

    private var nextAlarm: Timestamp? {
        (processes.compactMap { $0.simulation.clock.nextAlarm } + [outageEnd].compactMap { $0 }).min()
    }

    private func advance(to time: Timestamp) {
        if let end = outageEnd, end <= time {
            outageEnd = nil
            broker.start()
        }
        for index in shuffled() { processes[index].simulation.clock.advance(to: time) }
        settle()
    }

    /// Lets all processes do what can be done now, a piece at a time.
    private func settle() {
        var idle: Set<Int> = []
        while idle.count < processes.count {
            let index = Int(random.next() % UInt64(processes.count))
            guard !idle.contains(index) else { continue }
            if processes[index].simulation.step() {
                // What one process does may be work for another.
                idle = []
                takeNote(of: index)
                if happens(kills) { processes[index].simulation.drop() }
                if outageEnd == nil, happens(outages) { loseBroker() }
            } else {
                idle.insert(index)
            }
        }
    }

    /// Whether something comes about that has a probability.
    private func happens(_ probability: Double) -> Bool {
        probability > 0 && Double(random.next() >> 11) * 0x1p-53 < probability
    }

    private func loseBroker() {
        broker.stop()
        outageEnd = now.advanced(by: .milliseconds(Int64(random.next() % 5000)))
    }

    private func nextMessageID() -> MessageID {
        MessageID(time: now, random: (random.next(), random.next()))
    }

    private func shuffled() -> [Int] {
        var indices = Array(processes.indices)
        indices.shuffle(using: &random)
        return indices
    }

    private func takeNote(of index: Int) {
        let name = processes[index].name
        let after = seen[name] ?? 0
        guard let reader = readers[name], let end = try? reader.highWater().position, end > after else { return }
        let records = (try? reader.records(after: after, limit: .max)) ?? []
        seen[name] = end
        logged += records.filter { $0.origin.isOwn }
    }
}
