import SkeinOperator
import SkeinStorage
import RetailWorld
import ServiceLifecycle
import Skein
import Synchronization

/// Says how a part of the shop is doing, and ends it: the one that places the orders when they have ended, each when
/// there is no outside world.
final class PartWatch: Service {
    private struct State {
        var progress: RunProgress
        var display: ProgressDisplay
        var connection: ConnectionNotice
        var suspensions = SuspensionNotice()
        /// Why waiting longer is in vain.
        var vain: RunEnding?
    }

    private let part: ShopPart
    private let store: SQLiteStore
    private let runtime: Runtime
    private let launcher: WorldLauncher
    private let settings: RunSettings
    /// Whether another process shows the progress, and says when this one is to end.
    private let isSupervised: Bool
    private let state: Mutex<State>

    init(
        part: ShopPart, store: SQLiteStore, runtime: Runtime, launcher: WorldLauncher, settings: RunSettings,
        isSupervised: Bool
    ) {
        (self.part, self.store, self.runtime, self.launcher) = (part, store, runtime, launcher)
        (self.settings, self.isSupervised) = (settings, isSupervised)
        state = Mutex(
            State(
                progress: RunProgress(orders: settings.orders), display: ProgressDisplay(store: settings.store),
                connection: ConnectionNotice(store: settings.store)))
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
        let incidents = try RunWatch.needingPerson(reader)
        let retries = runtime.counts.retried
        return try state.withLock { state in
            try state.progress.read(reader)
            let isComplete = part.isPlacing && state.progress.isComplete
            let ending: RunEnding = isComplete && !isSupervised ? .complete : state.vain ?? .asked
            if case .noWorld(let reason) = ending {
                state.display.say("retail run (\(part.name)): \(reason)")
            } else if !isSupervised {
                let text =
                    isComplete
                    ? RunEnding.allEnded(state.progress) + "."
                    : "\(part.name) stopped in order; the same command goes on from here."
                state.display.say(text)
            }
            return RunSummary(state.progress, ending, retries: retries, incidents: incidents)
        }
    }

    /// Whether the process is to end.
    private func look(_ reader: any StoreReader) throws -> Bool {
        let reports = runtime.channelReports
        let incidents = try RunWatch.needingPerson(reader)
        let counts = runtime.counts
        return try state.withLock { state in
            if let notice = state.connection.note(reports) {
                state.display.say("retail run (\(part.name)): \(notice)")
            }
            let isSuspended = reports.contains { $0.sending.state == .suspended }
            for text in state.suspensions.note(isSuspended ? [settings.store] : []) {
                state.display.say("retail run (\(part.name)): \(text)")
            }
            if let failure = launcher.failure { state.vain = .noWorld(failure.description) }
            if StopRequest.isMade { state.vain = .asked }
            guard part.isPlacing, !isSupervised else { return state.vain != nil }
            try state.progress.read(reader)
            state.display.show(state.progress, retries: counts.retried, incidents: incidents)
            return state.vain != nil || state.progress.isComplete
        }
    }
}
