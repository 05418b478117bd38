import Logging
import SkeinCore
import SkeinTesting
import Synchronization

/// A runtime with a logger of the test's, on a virtual clock and one thread.
final class Stage {
    let clock = VirtualClock(start: Simulation.Options().start)
    let lines = LogLines()
    let runtime: Runtime
    private let executor = SimulatedExecutor()

    init(
        store: MemoryStore = MemoryStore(), configuration: RuntimeConfiguration = .init(), level: Logger.Level = .info,
        clock wrap: (VirtualClock) -> any RuntimeClock = { $0 },
        runner replacing: @escaping @Sendable (_ label: String, any Runner) -> any Runner = { $1 },
        components: [Component]
    ) throws {
        let random = Mutex(SeededRandom(seed: 1))
        let executor = executor
        let environment = RuntimeEnvironment(
            clock: wrap(clock), makeRunner: { replacing($0, executor) }, executor: executor,
            random: { random.withLock { $0.next() } })
        let lines = lines
        var logger = lines.logger
        logger.logLevel = level
        runtime = try Runtime(
            store: store, environment: environment, configuration: configuration, logger: logger,
            components: components)
        runtime.start()
        executor.runUntilIdle()
    }

    /// Runs asynchronous code against the runtime until both have come to rest; what it throws is left out.
    func perform(_ body: @escaping @Sendable (Runtime) async throws -> Void) {
        let runtime = runtime
        Task(executorPreference: executor) { try await body(runtime) }
        executor.runUntilIdle()
    }

    func publish(_ event: some Event, as component: String) {
        perform { _ = try await $0.client(as: component).publish(event) }
    }

    /// Lets time pass, firing what is due on the way.
    func run(for duration: Duration) {
        let end = clock.now.advanced(by: duration)
        executor.runUntilIdle()
        while let next = clock.nextAlarm, next <= end {
            clock.advance(to: next)
            executor.runUntilIdle()
        }
        clock.advance(to: end)
        executor.runUntilIdle()
    }
}

/// What was logged.
final class LogLines: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private let lines = Mutex<[Line]>([])

    var all: [Line] { lines.withLock { $0 } }

    func add(_ line: Line) { lines.withLock { $0.append(line) } }

    /// Writes its lines here.
    var logger: Logger { Logger(label: "stage") { _ in LineHandler(lines: self) } }
}

private struct LineHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.add(.init(level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" }))
    }
}
