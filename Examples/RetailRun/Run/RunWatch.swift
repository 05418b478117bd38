import SkeinOperator
import SkeinStorage
import GRDB
import RetailWorld
import ServiceLifecycle
import Skein
import Synchronization

/// Shows how far the run is, and ends when all orders have, or when waiting longer is in vain.
final class RunWatch: Service {
    private let store: SQLiteStore
    private let runtime: Runtime
    private let launcher: WorldLauncher
    private let state: Mutex<State>

    private struct State {
        var progress: RunProgress
        var display: ProgressDisplay
        var standstill = Standstill()
        /// Why waiting longer is in vain.
        var vain: RunEnding?
    }

    init(store: SQLiteStore, runtime: Runtime, orders: Int, launcher: WorldLauncher) {
        (self.store, self.runtime, self.launcher) = (store, runtime, launcher)
        state = Mutex(
            State(progress: RunProgress(orders: orders), display: ProgressDisplay(store: store.label)))
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            let reader = try store.makeReader()
            while try !look(reader), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// What has been reached when the runtime has stopped.
    func end(world: String) throws -> RunSummary {
        let reader = try store.makeReader()
        let incidents = try Self.needingPerson(reader)
        let retries = runtime.counts.retried
        return try state.withLock { state in
            try state.progress.read(reader)
            let ending = state.progress.isComplete ? .complete : state.vain ?? .asked
            let closing = ending.closing(state.progress, store: store.label, world: world)
            state.display.end(state.progress, retries: retries, incidents: incidents, closing: closing)
            return RunSummary(state.progress, ending, retries: retries, incidents: incidents)
        }
    }

    /// Whether all is done that can be.
    private func look(_ reader: any StoreReader) throws -> Bool {
        let incidents = try Self.needingPerson(reader)
        let counts = runtime.counts
        return try state.withLock { state in
            try state.progress.read(reader)
            state.display.show(state.progress, retries: counts.retried, incidents: incidents)
            if state.progress.isComplete { return true }
            if StopRequest.isMade {
                state.vain = .asked
                return true
            }
            if let failure = launcher.failure {
                state.vain = .noWorld(failure.description)
            } else if state.standstill.note(position: state.progress.position, counts: counts),
                state.progress.isPlaced
            {
                state.vain = try held(incidents)
            }
            return state.vain != nil
        }
    }

    /// How many incidents need a person. The runtime itself tries the others again.
    static func needingPerson(_ reader: any StoreReader) throws -> Int {
        try reader.openIncidents(after: 0, limit: 1000).count { $0.nextAttempt == nil }
    }

    /// `nil` while something is due.
    private func held(_ incidents: Int) throws -> RunEnding? {
        try store.database.read { db in
            guard try !Standstill.isSomethingDue(db, in: runtime) else { return nil }
            return .held(incidents: incidents, suspended: try Standstill.suspended(db))
        }
    }
}
