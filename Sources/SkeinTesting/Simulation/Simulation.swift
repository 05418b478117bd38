public import SkeinCore
import Synchronization

/// A runtime under a virtual clock, on one thread, from a seed: every run is the same, weeks take milliseconds, and the
/// machine can be made to fail after every commit.
///
/// ```swift
/// let simulation = try Simulation(store: MemoryStore(), components: [payment])
/// try simulation.publish(PaymentRequested(…), as: "payment")
/// try simulation.run(for: .days(14))
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
        /// Drop the runtime without warning after every commit, and open a new one on the same store.
        public var crashesAtEveryCommit = false
        /// Deliver in one canonical order, so that equal scenarios have equal logs wherever crashes fall.
        public var isCanonical = true
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
    private let components: [Component]
    private let options: Options
    private let random: RandomBox
    private var executor: SimulatedExecutor
    private var gate: CanonicalGate?
    private let reader: any StoreReader

    /// Starts a runtime on a store.
    ///
    /// - Throws: `ConfigurationError`, `StoreError`.
    public init(store: any Store, options: Options = Options(), components: [Component]) throws {
        (self.store, self.options, self.components) = (store, options, components)
        clock = VirtualClock(start: options.start)
        reader = try store.makeReader()
        // A second simulation on a store that is not empty must not give the same ids again.
        let position = UInt64(try reader.highWater().position)
        random = RandomBox(seed: options.seed ^ (position &* 0x9e37_79b9_7f4a_7c15))
        executor = SimulatedExecutor()
        gate = options.isCanonical ? CanonicalGate(from: 0) : nil
        runtime = try Self.makeRuntime(
            store, components, options, executor: executor, clock: clock, gate: gate, random: random)
        runtime.start()
        settle()
    }

    /// How long the simulation has lasted on its clock.
    public var elapsed: Duration { clock.now.since(options.start) }

    /// Publishes an event in the name of a component, and lets everything come to rest that follows at once.
    public func publish(_ event: some Event, as component: String) throws {
        try perform { runtime in _ = try await runtime.client(as: component).publish(event) }
    }

    /// Sends a command in the name of a component, and lets everything come to rest that follows at once.
    public func send(_ command: some Command, as component: String = "client") throws {
        try perform { runtime in _ = try await runtime.client(as: component).send(command) }
    }

    /// Runs asynchronous code against the runtime until both have come to rest.
    ///
    /// With ``Options/crashesAtEveryCommit`` the code is cut off by the crash that its first commit brings.
    /// - Throws: what the code throws.
    public func perform(_ body: @escaping @Sendable (Runtime) async throws -> Void) throws {
        let failure = ErrorBox()
        let runtime = runtime
        Task(executorPreference: executor) {
            do { try await body(runtime) } catch { failure.set(error) }
        }
        settle()
        if let error = failure.error { throw error }
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
        executor.halt()
        reopen()
        settle()
    }

    /// The log as it is now.
    public func log() throws -> [Record] {
        var records: [Record] = []
        while case let page = try reader.records(after: records.last?.position ?? 0, limit: 1000), !page.isEmpty {
            records += page
        }
        return records
    }

    private func settle() {
        while true {
            executor.runUntilIdle()
            if executor.isHalted {
                reopen()
                continue
            }
            let end = (try? reader.highWater().position) ?? 0
            if gate?.advance(end: end) ?? false { continue }
            return
        }
    }

    private func reopen() {
        crashes += 1
        executor = SimulatedExecutor()
        gate = options.isCanonical ? CanonicalGate(from: 0) : nil
        clock.dropAlarms()
        do {
            runtime = try Self.makeRuntime(
                store, components, options, executor: executor, clock: clock, gate: gate, random: random)
            runtime.start()
        } catch {
            preconditionFailure("the runtime does not open again after a crash: \(error)")
        }
    }

    private static func makeRuntime(
        _ store: any Store, _ components: [Component], _ options: Options, executor: SimulatedExecutor,
        clock: VirtualClock, gate: CanonicalGate?, random: RandomBox
    ) throws -> Runtime {
        let crashes = options.crashesAtEveryCommit
        var environment = RuntimeEnvironment(
            clock: clock, makeRunner: { _ in executor }, executor: executor, random: { random.next() })
        environment.survivesCommit = {
            if crashes { executor.halt() }
            return !crashes
        }
        environment.gate = gate
        var configuration = options.configuration
        configuration.deliversTwice = options.duplicates
        return try Runtime(store: store, environment: environment, configuration: configuration, components: components)
    }
}

/// The error of a task, for whoever started it.
private final class ErrorBox: Sendable {
    private let slot = Mutex<(any Error)?>(nil)

    var error: (any Error)? { slot.withLock { $0 } }

    func set(_ error: any Error) { slot.withLock { $0 = error } }
}

/// One source of random numbers for all runtimes of a simulation.
final class RandomBox: Sendable {
    private let random: Mutex<SeededRandom>
    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }
    func next() -> UInt64 { random.withLock { $0.next() } }
}
