import SkeinOperator
import SkeinSQLite
import NIOPosix
import Synchronization

/// Reads the store for requests, on threads of its own, because a query blocks its thread.
///
/// - Cost: at most as many queries run at once as there are threads; further ones wait in their order.
final class StoreReaders: Sendable {
    private let store: SQLiteStore
    private let threads: NIOThreadPool
    /// Those that no query uses at the moment.
    private let idle = Mutex<[StoreInspector]>([])

    init(_ store: SQLiteStore, threads count: Int = 4) {
        self.store = store
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// Runs queries on one reader, which see what was committed before the call.
    func read<Result: Sendable>(_ body: @escaping @Sendable (StoreInspector) throws -> Result) async throws -> Result {
        try await threads.runIfActive {
            let inspector = try self.idle.withLock { $0.popLast() } ?? StoreInspector(beside: self.store)
            defer { self.idle.withLock { $0.append(inspector) } }
            return try body(inspector)
        }
    }

    func close() async {
        try? await threads.shutdownGracefully()
        for inspector in idle.withLock({ $0 }) { inspector.close() }
    }
}
