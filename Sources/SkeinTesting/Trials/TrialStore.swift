import SkeinStorage
import SkeinCore
import Synchronization

/// The store of a trial. It passes everything that becomes durable to the ledger, and fails where the plan says so.
final class TrialStore: Store {
    private struct State {
        var crash: TrialCrash?
        var fault: TrialStoreFault?
        var isDead = false
    }

    let inner: any Store
    let ledger: TrialLedger
    private let state = Mutex(State())

    init(_ inner: any Store, ledger: TrialLedger) { (self.inner, self.ledger) = (inner, ledger) }

    var label: String { inner.label }

    /// Whether the process was killed at a commit.
    var isDead: Bool { state.withLock { $0.isDead } }

    /// Kills the process at the next commit.
    func crashAtCommit(_ crash: TrialCrash) { state.withLock { $0.crash = crash } }

    /// Makes the next commit fail.
    func failAtCommit(_ fault: TrialStoreFault) { state.withLock { $0.fault = fault } }

    /// Drops planned faults, for a new process.
    func heal() { state.withLock { $0 = State() } }

    func commit(_ batch: CommitBatch) throws -> [UnitOutcome] {
        let (crash, fault) = state.withLock { state in
            defer {
                if state.crash != nil { state.isDead = true }
                (state.crash, state.fault) = (nil, nil)
            }
            return (state.crash, state.fault)
        }
        if crash == .beforeCommit { throw StoreError(.failed, "the process was killed before a commit") }
        if let fault, fault != .inputOutputAfterwards { throw Self.error(fault) }
        let rows = Mutex<[PositionRow]>([])
        let watched = CommitBatch(units: batch.units) { failed in
            let positions = batch.positions(failed)
            rows.withLock { $0 = positions }
            return positions
        }
        let outcomes = try inner.commit(watched)
        ledger.committed(batch.units, outcomes, rows.withLock { $0 })
        if let fault { throw Self.error(fault) }
        return outcomes
    }

    private static func error(_ fault: TrialStoreFault) -> StoreError {
        switch fault {
        case .busy: StoreError(.locked, "another process has been writing for too long, as the plan has it")
        case .full: StoreError(.full, "the disk is full, as the plan has it")
        case .inputOutput, .inputOutputAfterwards: StoreError(.failed, "the disk fails, as the plan has it")
        }
    }

    func makeReader() throws -> any StoreReader { try inner.makeReader() }

    func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) {
        let ledger = ledger
        inner.observeAppends { records in
            ledger.appended(records)
            observer?(records)
        }
    }

    func checkForeign(_ problem: (@Sendable (Envelope) -> String?)?) { inner.checkForeign(problem) }
    func relayForeign() throws { try inner.relayForeign() }

    /// Leaves the store open: the next process of the trial has it at once.
    func close() throws {}
}
