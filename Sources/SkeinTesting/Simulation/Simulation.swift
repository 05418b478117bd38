public import SkeinStorage
public import SkeinCore
import Logging
import Synchronization

/// A runtime under a virtual clock, on one thread, from a seed: a seed gives the same run each time, another seed
/// another order of work, weeks take milliseconds, and the machine can be made to fail after every commit.
///
/// ```swift
/// let simulation = try Simulation(store: MemoryStore(), components: [payment])
/// try simulation.publish(PaymentRequested(…), as: "payment")
/// simulation.run(for: .days(14))
/// #expect(try simulation.ask(AskBalance(account: "kermit")).amount == 0)
/// #expect(try simulation.incidents().isEmpty)
/// ```
///
/// All calls are synchronous: they drive the runtime until it has come to rest.
public final class Simulation {
    /// What a simulation does besides running.
    public struct Options: Sendable {
        /// Where all randomness comes from.
        public var seed: UInt64 = 1
        /// What the clock shows at first: 1 January 2026, midnight UTC, unless stated.
        public var start = Timestamp(microseconds: 1_767_225_600_000_000)
        /// Drop the runtime without warning after every so many commits, 1 or more, and open a new one on the same
        /// store; `nil` for never. The seed decides after which of the first ones.
        public var commitsPerCrash: Int?
        /// Drop the runtime without warning after every commit: whether ``commitsPerCrash`` is 1.
        public var crashesAtEveryCommit: Bool {
            get { commitsPerCrash == 1 }
            set { commitsPerCrash = newValue ? 1 : nil }
        }
        /// Which of the work that could be done is done next.
        public var order = WorkOrder.seeded
        /// Hand every message to every subscription twice.
        public var duplicates = false
        /// The limits of each runtime, also of those opened after a crash.
        public var configuration = RuntimeConfiguration()

        public init() {}
    }

    /// The present runtime; another one after each crash.
    public private(set) var runtime: Runtime
    /// Moved on by the simulation's own runs; goes on from where it was after a crash.
    public let clock: VirtualClock
    /// How often the runtime was dropped.
    public private(set) var crashes = 0

    private let store: any Store
    private var components: [Component]
    private let channels: [Channel]
    private let remotes: [Remote]
    private let options: Options
    private let random: RandomBox
    private let sparedCommits = SparedCommits()
    private let crashPoints: CrashPoints
    private var executor: SimulatedExecutor
    private var gate: CanonicalGate?
    private let reader: any StoreReader
    /// Called when the runtime was dropped, before another one is made.
    var willReopen: () -> Void = {}

    /// Starts a runtime on a store.
    ///
    /// - Parameters:
    ///   - channels: over ``MemoryBroker``, or another transport that has no threads of its own.
    ///   - remotes: the components that run elsewhere; see ``SimulatedProcesses``.
    /// - Throws: `ConfigurationError`, `StoreError`.
    public convenience init(
        store: any Store, options: Options = Options(), components: [Component], channels: [Channel] = [],
        remotes: [Remote] = []
    ) throws {
        try self.init(startedOn: store, options: options, components: components, channels: channels, remotes: remotes)
        settle()
    }

    /// Starts a runtime on a store, and does none of its work yet.
    init(
        startedOn store: any Store, options: Options, components: [Component], channels: [Channel], remotes: [Remote]
    ) throws {
        (self.store, self.options, self.components) = (store, options, components)
        (self.channels, self.remotes) = (channels, remotes)
        crashPoints = CrashPoints(options)
        clock = VirtualClock(start: options.start)
        reader = try store.makeReader()
        // A second simulation on a store that is not empty must not give the same ids again.
        let position = UInt64(try reader.highWater().position)
        random = RandomBox(seed: options.seed ^ (position &* 0x9e37_79b9_7f4a_7c15))
        executor = options.makeExecutor(afterCrashes: 0)
        gate = options.order == .canonical ? CanonicalGate(from: 0) : nil
        runtime = try Self.makeRuntime(
            store, options, executor, clock: clock, gate: gate, random: random, spared: sparedCommits,
            crashes: crashPoints
        ) {
            try Runtime(
                store: store, environment: $0, configuration: $1, logger: Self.logger, components: components,
                channels: channels, remotes: remotes)
        }
        runtime.start()
    }

    /// How long the simulation has lasted on its clock.
    public var elapsed: Duration { clock.now.since(options.start) }

    /// Publishes an event in the name of a component, and lets everything come to rest that follows at once.
    public func publish(_ event: some Event, as component: String) throws {
        try begin { runtime in _ = try await runtime.client(as: component).publish(event) }
    }

    /// Publishes some events in one commit, and lets everything come to rest that follows at once.
    public func publish(contentsOf events: [any Event], as component: String) throws {
        try begin { runtime in _ = try await runtime.client(as: component).publish(contentsOf: events) }
    }

    /// Sends a command in the name of a component, and lets everything come to rest that follows at once.
    public func send(_ command: some Command, as component: String = "client") throws {
        try begin { runtime in _ = try await runtime.client(as: component).send(command) }
    }

    /// Asks in the name of a component, and lets time pass until the answer is there.
    ///
    /// - Throws: `MessageError` with code `noAnswer` when there is none in ten seconds on the clock.
    public func ask<Asked: Query>(_ query: Asked, as component: String = "client") throws -> Asked.Answer {
        try perform { runtime in try await runtime.client(as: component).ask(query) }
    }

    /// Runs asynchronous code against the runtime until it has ended, letting time pass where it waits for that; then
    /// lets everything come to rest.
    ///
    /// A crash cuts the code off. Then it begins again on the next runtime, like a client that got no answer: it must
    /// stand repetition, and a message that it may send twice needs an id of its own. With
    /// ``Options/crashesAtEveryCommit`` each repetition gets one commit further than the one before.
    ///
    /// - Returns: what the code returns in the end.
    /// - Throws: what the code throws; ``SimulationError`` when it waits for something that does not come in ten years.
    @discardableResult
    public func perform<Result: Sendable>(
        _ body: @escaping @Sendable (Runtime) async throws -> Result
    ) throws -> Result {
        var attempts = 0
        let end = clock.now.advanced(by: .days(3650))
        defer { sparedCommits.set(0) }
        while true {
            let crashesBefore = crashes
            sparedCommits.set(attempts)
            let call = call(body)
            settle()
            while call.result == nil, crashes == crashesBefore {
                guard let next = clock.nextAlarm, next <= end else {
                    throw SimulationError("the code waits for something that neither the components nor time bring")
                }
                clock.advance(to: next)
                settle()
            }
            if let result = call.result { return try result.get() }
            attempts += 1
        }
    }

    /// Begins asynchronous code against the runtime, and lets everything come to rest that follows at once. Code that
    /// then waits for something goes on in later calls. A crash cuts it off for good.
    ///
    /// - Throws: what the code throws before everything has come to rest.
    public func begin(_ body: @escaping @Sendable (Runtime) async throws -> Void) throws {
        let call = call(body)
        settle()
        try call.result?.get()
    }

    /// Lets so many commits pass without a crash.
    func spare(commits: Int) { sparedCommits.set(commits) }

    /// Begins asynchronous code against the runtime; nothing of it runs yet.
    func call<Result: Sendable>(
        _ body: @escaping @Sendable (Runtime) async throws -> Result
    ) -> SimulatedCall<Result> {
        let call = SimulatedCall<Result>()
        Task(executorPreference: executor) { [runtime, sparedCommits] in
            do { call.end(.success(try await body(runtime))) } catch { call.end(.failure(error)) }
            sparedCommits.set(0)
        }
        return call
    }

    /// Lets time pass, firing what is due on the way.
    public func run(for duration: Duration) {
        run(until: clock.now.advanced(by: duration))
    }

    /// Lets time pass until an instant.
    public func run(until end: Timestamp) {
        settle()
        while let next = clock.nextAlarm, next <= end {
            clock.advance(to: next)
            settle()
        }
        clock.advance(to: end)
        settle()
    }

    /// Lets time pass until nothing is due any more.
    ///
    /// - Parameter limit: the longest time to let pass, for simulations that never end.
    /// - Returns: whether everything came to rest within the limit.
    @discardableResult
    public func runToEnd(within limit: Duration = .days(3650)) -> Bool {
        settle()
        let end = clock.now.advanced(by: limit)
        while let next = clock.nextAlarm {
            guard next <= end else { return false }
            clock.advance(to: next)
            settle()
        }
        return true
    }

    /// Drops the runtime without warning and opens a new one on the same store.
    public func crash() {
        drop()
        settle()
    }

    /// The log as it is now.
    public func log() throws -> [LogRecord] {
        var records: [LogRecord] = []
        while case let page = try reader.records(after: records.last?.position ?? 0, limit: 1000), !page.isEmpty {
            records += page
        }
        return records
    }

    /// The messages of a type that were published or sent, in the order of the log. Copies of events that an operator
    /// sent to one component alone are left out.
    ///
    /// ```swift
    /// #expect(try simulation.messages(of: BookingRefused.self).map(\.reason) == ["the table is taken"])
    /// ```
    ///
    /// - Throws: ``MessageError`` with code `undecodablePayload` for one that is of another shape than the type.
    public func messages<Logged: Message>(of type: Logged.Type) throws -> [Logged] {
        try log().map(\.envelope).filter { envelope in
            envelope.name == type.name && (envelope.kind != .event || envelope.context.recipient == nil)
        }.map { try PayloadCoder.json.decode(type, from: $0.payload.bytes) }
    }

    /// The incidents that nobody has resolved, oldest first.
    public func incidents() throws -> [IncidentRow] {
        var rows: [IncidentRow] = []
        while case let page = try reader.openIncidents(after: rows.last?.id ?? 0, limit: 1000), !page.isEmpty {
            rows += page
        }
        return rows
    }

    /// What the instance with an address is doing, or how it has ended; `nil` where there is none.
    public func status(of instance: InstanceAddress) throws -> InstanceStatus? {
        try reader.instance(instance)?.status
    }

    private func settle() {
        while true {
            executor.runUntilIdle()
            guard step() else { return }
        }
    }

    /// Does one piece of the work that can be done now.
    ///
    /// - Returns: whether there was any.
    func step() -> Bool {
        if executor.isHalted {
            reopen()
            return true
        }
        if executor.runNext() { return true }
        if executor.isHalted { return true }
        let end = (try? reader.highWater().position) ?? 0
        return gate?.advance(end: end) ?? false
    }

    /// Drops the runtime without warning and opens a new one on the same store, which has done nothing yet.
    func drop() {
        executor.halt()
        reopen()
    }

    /// Replaces the component of the same name, as a deployment does: drops the runtime without warning and opens a
    /// new one on the same store, which has done nothing yet.
    func deploy(_ component: Component) throws {
        let before = components
        components = components.map { $0.name == component.name ? component : $0 }
        executor.halt()
        do {
            try open()
        } catch {
            components = before
            reopen()
            throw error
        }
    }

    private func reopen() {
        do {
            try open()
        } catch {
            preconditionFailure("the runtime does not open again after a crash: \(error)")
        }
    }

    private func open() throws {
        crashes += 1
        willReopen()
        executor = options.makeExecutor(afterCrashes: crashes)
        gate = options.order == .canonical ? CanonicalGate(from: 0) : nil
        clock.dropAlarms()
        runtime = try Self.makeRuntime(
            store, options, executor, clock: clock, gate: gate, random: random, spared: sparedCommits,
            crashes: crashPoints
        ) { [store, components, channels, remotes] in
            try Runtime(
                store: store, environment: $0, configuration: $1, logger: Self.logger, components: components,
                channels: channels, remotes: remotes)
        }
        runtime.start()
    }

    /// Leaves out what is below level warning: in a storm, channels tell of thousands of connections.
    private static var logger: Logger {
        var logger = Logger.current
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static func makeRuntime(
        _ store: any Store, _ options: Options, _ executor: SimulatedExecutor, clock: VirtualClock,
        gate: CanonicalGate?, random: RandomBox, spared: SparedCommits, crashes: CrashPoints,
        _ make: (RuntimeEnvironment, RuntimeConfiguration) throws -> Runtime
    ) throws -> Runtime {
        var environment = RuntimeEnvironment(
            clock: clock, makeRunner: { _ in executor.makeRunner() }, executor: executor, random: { random.next() })
        environment.survivesCommit = { batch, outcomes in
            // A crash at each of them would let nothing get further: a channel that loses its connection again and
            // again reports that, and what a broker brings again is committed again before it is acknowledged.
            guard batch.hasChanges(outcomes), crashes.isNext(), !spared.take() else { return true }
            executor.halt()
            return false
        }
        environment.gate = gate
        var configuration = options.configuration
        configuration.deliversTwice = options.duplicates
        return try make(environment, configuration)
    }
}

extension Simulation.Options {
    /// The executor of the runtime that is opened after so many crashes.
    fileprivate func makeExecutor(afterCrashes crashes: Int) -> SimulatedExecutor {
        guard order == .seeded else { return SimulatedExecutor() }
        var random = SeededRandom(seed: seed ^ UInt64(crashes) &* 0x9e37_79b9_7f4a_7c15)
        return SimulatedExecutor(seed: random.next())
    }
}

/// How asynchronous code ends, for whoever started it.
final class SimulatedCall<Value: Sendable>: Sendable {
    private let slot = Mutex<Result<Value, any Error>?>(nil)

    /// `nil` while it runs, and for ever once a crash has cut it off.
    var result: Result<Value, any Error>? { slot.withLock { $0 } }

    func end(_ result: Result<Value, any Error>) { slot.withLock { $0 = result } }
}

/// How many of the next commits bring no crash.
private final class SparedCommits: Sendable {
    private let count = Mutex(0)

    func set(_ number: Int) { count.withLock { $0 = number } }

    /// Uses one up.
    ///
    /// - Returns: whether there was one.
    func take() -> Bool {
        count.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return true
        }
    }
}

/// Counts commits from one crash to the next, whatever runtime makes them.
private final class CrashPoints: Sendable {
    private let interval: Int?
    private let count: Mutex<Int>

    init(_ options: Simulation.Options) {
        interval = options.commitsPerCrash.map { max(1, $0) }
        count = Mutex(interval.map { Int(options.seed % UInt64($0)) } ?? 0)
    }

    /// Counts a commit.
    ///
    /// - Returns: whether it is the last one before a crash.
    func isNext() -> Bool {
        guard let interval else { return false }
        return count.withLock { count in
            count = (count + 1) % interval
            return count == 0
        }
    }
}

extension CommitBatch {
    /// Whether more was written than how channels are, which nothing is decided by, and messages that a channel has
    /// brought before.
    fileprivate func hasChanges(_ outcomes: [UnitOutcome]) -> Bool {
        zip(units, outcomes).contains { unit, outcome in
            guard case .committed(let records) = outcome, records.isEmpty, unit.enlistments.isEmpty,
                unit.appends.allSatisfy({ $0.origin != nil })
            else { return true }
            let isPositionAlone = unit.appends.isEmpty && unit.writes.isEmpty
            return isPositionAlone || unit.writes.contains { if case .putChannel = $0 { false } else { true } }
        }
    }
}

/// One source of random numbers for all runtimes of a simulation.
final class RandomBox: Sendable {
    private let random: Mutex<SeededRandom>
    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
    func next() -> UInt64 { random.withLock { $0.next() } }
}
