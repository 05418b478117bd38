import SkeinStorage
internal import Logging
internal import Synchronization

/// The single writer: takes what all engines have handed over and makes it durable in common transactions.
///
/// Units are committed in the order of submission. While one batch is being made durable the next one gathers, so the
/// batch grows with the load and a lone unit does not wait. A kernel that has nothing else to do commits on its own
/// thread, if no commit is under way: that saves two hand-overs between threads.
final class Committer: Sendable {
    /// Positions that a unit handles: they count as handled when, and only when, the unit commits.
    struct Handled: Sendable {
        let tracker: PositionTracker
        let positions: [Int64]
    }

    struct Submission: Sendable {
        var unit: CommitUnit
        var handled: Handled?
        /// Called on the committer's thread after the commit; must be short.
        var done: @Sendable (UnitOutcome) -> Void
    }

    private let store: any Store
    private let survivesCommit: @Sendable (CommitBatch, [UnitOutcome]) -> Bool
    private let onFailure: @Sendable (any Error) -> Void
    private let logger: Logger
    private let stopped = Mutex(false)
    private let queue = Mutex(CommitQueue<Submission>())
    private let runner: any Runner
    private let batchLimit: Int
    private let commitsHere: @Sendable () -> Bool

    /// - Parameters:
    ///   - batchLimit: the largest number of units in one transaction.
    ///   - onFailure: called once, when the store can no longer be written; nothing is committed after it.
    init(
        store: any Store, environment: RuntimeEnvironment, batchLimit: Int, logger: Logger,
        onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.store = store
        (self.onFailure, self.logger) = (onFailure, logger)
        survivesCommit = environment.survivesCommit
        (runner, self.batchLimit) = (environment.makeRunner("committer"), batchLimit)
        commitsHere = environment.commitsOnEngines
    }

    /// Hands a unit over; its commit follows on the committer's thread.
    func submit(
        _ unit: CommitUnit, handled: Handled? = nil, done: @escaping @Sendable (UnitOutcome) -> Void = { _ in }
    ) {
        enqueue(unit, handled: handled, here: false, done: done).run()
    }

    /// Hands a unit over, and says what its caller has to do next: with `here`, the caller may have to commit on its
    /// own thread. Nothing overtakes the unit from now on.
    ///
    /// - Parameter here: whether the calling thread is one that may block, and has nothing else to do.
    func enqueue(
        _ unit: CommitUnit, handled: Handled?, here: Bool, done: @escaping @Sendable (UnitOutcome) -> Void
    ) -> HandOver {
        let submission = Submission(unit: unit, handled: handled, done: done)
        let here = here && commitsHere()
        return HandOver(committer: self, action: queue.withLock { $0.submit(submission, here: here) })
    }

    /// What is left to do for a caller who has handed a unit over.
    struct HandOver {
        fileprivate let committer: Committer
        fileprivate let action: CommitQueue<Submission>.Action

        /// Commits, or asks the committer's thread to do so. Not to be called under a lock.
        func run() { committer.obey(action) }
    }

    private func obey(_ action: CommitQueue<Submission>.Action) {
        switch action {
        case .nothing: break
        case .commitHere: commitNext()
        case .schedule: runner.submit { [self] in commitNext() }
        }
    }

    private func commitNext() {
        let submissions = queue.withLock { $0.next(limit: batchLimit) }
        if submissions.count <= PromptReturn.inputs { PromptReturn.promise() }
        commit(submissions)
        obey(queue.withLock { $0.finished() })
    }

    /// Submits and waits until the unit is durable.
    ///
    /// - Throws: what made the unit fail.
    func commit(_ unit: CommitUnit) async throws -> [LogRecord] {
        try await withUnsafeThrowingContinuation { continuation in
            submit(unit) { outcome in
                switch outcome {
                case .committed(let records): continuation.resume(returning: records)
                case .failed(let error): continuation.resume(throwing: error)
                }
            }
        }
    }

    /// Fails everything that is submitted from now on.
    func stop() {
        stopped.withLock { $0 = true }
    }

    private func commit(_ submissions: [Submission]) {
        guard !stopped.withLock({ $0 }) else { return refuse(submissions) }
        let handled = submissions.map(\.handled)
        let batch = CommitBatch(units: submissions.map(\.unit)) { failed in
            Self.positions(handled, failed: failed)
        }
        do {
            let outcomes = try PromptReturn.committing { try store.commit(batch) }
            guard survivesCommit(batch, outcomes) else { return stop() }
            for (submission, outcome) in zip(submissions, outcomes) {
                if case .committed = outcome, let handled = submission.handled {
                    handled.tracker.complete(handled.positions)
                }
                if case .committed = outcome { log(submission.unit) }
                submission.done(outcome)
            }
        } catch {
            stop()
            logger.info("the store cannot be written; the runtime stops", metadata: ["error": "\(error)"])
            onFailure(error)
            refuse(submissions)
        }
    }

    /// Logs new incidents at level warning, so that people learn of them without looking into the store.
    private func log(_ unit: CommitUnit) {
        guard logger.logLevel <= .warning else { return }
        for write in unit.writes {
            switch write {
            case .putIncident(let row) where row.resolvedAt == nil:
                var metadata: Logger.Metadata = [
                    "incident.id": "\(row.id)", "incident.kind": "\(row.kind)", "incident.cause": "\(row.cause)",
                    "component": "\(row.component)", "key": "\(row.key ?? "")", "error": "\(row.error)",
                ]
                metadata["failing.since"] = row.failingSince.map { "\($0)" }
                metadata["next.attempt"] = row.nextAttempt.map { "\($0)" }
                logger.warning("an incident was raised", metadata: metadata)
            case .updateIncident(let id, let error, nextAttempt: nil):
                logger.warning(
                    "an incident needs a person: nothing is tried any more",
                    metadata: ["incident.id": "\(id)", "error": "\(error)"])
            default:
                break
            }
        }
    }

    private func refuse(_ submissions: [Submission]) {
        let error = StoreError(.closed, "\(store.label): the runtime has stopped; nothing was written")
        for submission in submissions { submission.done(.failed(error)) }
    }

    private static func positions(_ handled: [Handled?], failed: Set<Int>) -> [PositionRow] {
        var order: [PositionTracker] = []
        var positions: [ObjectIdentifier: [Int64]] = [:]
        for (index, handled) in handled.enumerated() {
            guard let handled, !failed.contains(index) else { continue }
            if positions[ObjectIdentifier(handled.tracker)] == nil { order.append(handled.tracker) }
            positions[ObjectIdentifier(handled.tracker), default: []] += handled.positions
        }
        return order.map { $0.row(completing: positions[ObjectIdentifier($0)] ?? []) }
    }
}
