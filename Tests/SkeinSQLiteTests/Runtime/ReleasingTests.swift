import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

@Suite("A runtime that has stopped")
struct ReleasingTests {
    /// How a runtime comes to its end.
    enum End: CaseIterable {
        case body, failingBody, stop, stopTwiceAtOnce, stopUnstarted, canceledRun, stopDuringRun, controlled
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func makeRuntime(
        _ store: SQLiteStore, _ configuration: RuntimeConfiguration = .init()
    ) throws -> Runtime {
        try Runtime(store: store, configuration: configuration, components: [Component("greeter") {}])
    }

    private func end(_ runtime: Runtime, _ store: SQLiteStore, _ end: End) async throws {
        struct Planned: Error {}
        switch end {
        case .body: try await runtime.run { _ in }
        case .failingBody: await #expect(throws: Planned.self) { try await runtime.run { _ in throw Planned() } }
        case .stop:
            runtime.start()
            await runtime.stop()
        case .stopTwiceAtOnce:
            runtime.start()
            async let first: Void = runtime.stop()
            await runtime.stop()
            #expect(try makeRuntime(SQLiteStore(path: folder.file())).counts.handled == 0, "both wait for the end")
            await first
        case .stopUnstarted: await runtime.stop()
        case .canceledRun, .stopDuringRun, .controlled:
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await end == .controlled ? runtime.run(controlledOver: store) : runtime.run()
                }
                if end == .controlled {
                    while StoreOwner.current(of: folder.file())?.socket == nil { await Task.yield() }
                }
                await runtime.settle()
                if end == .stopDuringRun { await runtime.stop() } else { group.cancelAll() }
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    @Test("has closed its store: another one in this process opens the file, and the log of changes is gone")
    func released() async throws {
        for way in End.allCases {
            let store = try SQLiteStore(path: folder.file())
            let runtime = try makeRuntime(store)
            try await end(runtime, store, way)
            #expect(!FileManager.default.fileExists(atPath: folder.file() + "-wal"), "\(way)")
            #expect(StoreOwner.current(of: folder.file()) == nil, "\(way)")
            #expect(throws: StoreError.self, "\(way)") { try store.makeReader() }
            let next = try makeRuntime(SQLiteStore(path: folder.file()))
            await next.stop()
            withExtendedLifetime(runtime) {}
        }
    }

    @Test("closes its store only after its start has ended")
    func stopWhileStarting() async throws {
        let store = SlowStore(try SQLiteStore(path: folder.file()))
        let runtime = try Runtime(store: store, components: [Component("greeter") {}])
        store.whenRelaying { [weak runtime] in Task { [weak runtime] in await runtime?.stop() } }
        runtime.start()
        await runtime.stop()
        #expect(store.steps == ["relayed", "released"])
        #expect(!FileManager.default.fileExists(atPath: folder.file() + "-wal"))
    }

    @Test("leaves the store open when its configuration says so")
    func kept() async throws {
        let store = try SQLiteStore(path: folder.file())
        var configuration = RuntimeConfiguration()
        configuration.closesStore = false
        try await makeRuntime(store, configuration).run { _ in }
        #expect(StoreOwner.current(of: folder.file()) != nil)
        try await makeRuntime(store).run { _ in }
        #expect(StoreOwner.current(of: folder.file()) == nil)
    }

    @Test("leaves a store in memory open")
    func inMemory() async throws {
        let store = try SQLiteStore.inMemory()
        try await makeRuntime(store).run { _ in }
        try await makeRuntime(store).run { _ in }
        #expect(try store.makeReader().highWater().position == 0)
    }
}

/// A store that takes its time to move messages of other drivers, which a runtime does when it starts.
private final class SlowStore: Store {
    private struct State {
        var steps: [String] = []
        var relaying: (@Sendable () -> Void)?
    }

    private let inner: SQLiteStore
    private let state = Mutex(State())

    init(_ inner: SQLiteStore) { self.inner = inner }

    var label: String { inner.label }
    var steps: [String] { state.withLock { $0.steps } }

    func whenRelaying(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.relaying = action } }

    func relayForeign() throws {
        state.withLock { $0.relaying }?()
        for _ in 0..<100_000 where steps.isEmpty { sched_yield() }
        state.withLock { $0.steps.append("relayed") }
    }

    func release() throws {
        state.withLock { $0.steps.append("released") }
        try inner.release()
    }

    func commit(_ batch: CommitBatch) throws -> [UnitOutcome] { try inner.commit(batch) }
    func makeReader() throws -> any StoreReader { try inner.makeReader() }
    func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) { inner.observeAppends(observer) }
    func close() throws { try inner.close() }
}
