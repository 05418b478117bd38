import Foundation
import ServiceLifecycle
import SkeinCore
import SkeinSQLite
import Synchronization

/// Shows how far the run is, and ends when all orders have.
final class RunWatch: Service {
    private let store: SQLiteStore
    private let runtime: Runtime
    private let state: Mutex<State>

    private struct State {
        var progress: RunProgress
        var display = ProgressDisplay()
    }

    init(store: SQLiteStore, runtime: Runtime, orders: Int) {
        (self.store, self.runtime) = (store, runtime)
        state = Mutex(State(progress: RunProgress(orders: orders)))
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            let reader = try store.makeReader()
            while try !look(reader), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// What has been reached when the runtime has stopped.
    func end() throws -> RunSummary {
        let reader = try store.makeReader()
        let incidents = try reader.openIncidents(after: 0, limit: 1000).count
        let retries = runtime.counts.retried
        return try state.withLock { state in
            try state.progress.read(reader)
            state.display.end(state.progress, retries: retries, incidents: incidents)
            return RunSummary(state.progress, retries: retries, incidents: incidents)
        }
    }

    /// Whether all is done.
    private func look(_ reader: any StoreReader) throws -> Bool {
        let incidents = try reader.openIncidents(after: 0, limit: 1000).count
        let retries = runtime.counts.retried
        return try state.withLock { state in
            try state.progress.read(reader)
            state.display.show(state.progress, retries: retries, incidents: incidents)
            return state.progress.isComplete
        }
    }
}

/// What `retail run --json` prints at the end.
struct RunSummary: Codable {
    var placed: Int
    var open: Int
    var fulfilled: Int
    var notFulfilled: Int
    var canceled: Int
    var cardsCharged: Int
    var chargesDeclined: Int
    /// Of this run alone.
    var retries: Int
    var openIncidents: Int
    var isComplete: Bool

    init(_ progress: RunProgress, retries: Int, incidents: Int) {
        (placed, open, isComplete) = (progress.placed, progress.open, progress.isComplete)
        (fulfilled, notFulfilled, canceled) = (progress.fulfilled, progress.notFulfilled, progress.canceled)
        (cardsCharged, chargesDeclined) = (progress.charges, progress.declined)
        (self.retries, openIncidents) = (retries, incidents)
    }
}
