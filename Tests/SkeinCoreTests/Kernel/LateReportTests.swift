import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinCore

@Suite("A message that is in the store before the runtime is told of it")
struct LateReportTests {
    @Test("and concerns no process delays due timers, and does not stop them")
    func timers() throws {
        let store = LateStore()
        let clock = Component("clock") { Publishes(Tick.self) }
        let work = Component("work") {
            Processes(
                Scripted { _, flow in
                    try await flow.sleep(for: .hours(1))
                    return "awake"
                })
        }
        let simulation = try Simulation(store: store, components: [work, clock])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(59))
        store.isLate.withLock { $0 = true }
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        simulation.run(for: .minutes(2))
        #expect(try simulation.results().isEmpty)
        store.report()
        simulation.run(for: .zero)
        #expect(try simulation.results() == ["awake"])
    }
}

/// A store in memory that reports appended messages when it is told to, as if the committer was interrupted between a
/// commit and its report.
private final class LateStore: Store {
    let inner = MemoryStore()
    let isLate = Mutex(false)
    private let late = Mutex<[@Sendable () -> Void]>([])

    /// Reports what has been appended.
    func report() {
        isLate.withLock { $0 = false }
        for report in late.withLock({ late in
            defer { late = [] }
            return late
        }) { report() }
    }

    var label: String { inner.label }
    func commit(_ batch: CommitBatch) throws -> [UnitOutcome] { try inner.commit(batch) }
    func makeReader() throws -> any StoreReader { try inner.makeReader() }
    func close() throws { try inner.close() }
    func release() { inner.release() }

    func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) {
        guard let observer else { return inner.observeAppends(nil) }
        inner.observeAppends { [weak self] records in
            guard let self, self.isLate.withLock({ $0 }) else { return observer(records) }
            self.late.withLock { $0.append { observer(records) } }
        }
    }
}
