internal import DequeModule
internal import Logging
internal import Synchronization

/// The single writer: takes what all engines have handed over and makes it durable in common transactions.
///
/// Units are committed in the order of submission. While one batch is being made durable the next one gathers, so the
/// batch grows with the load and a lone unit does not wait.
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
    private let survivesCommit: @Sendable () -> Bool
    private let onFailure: @Sendable (any Error) -> Void
    private let logger: Logger
    private let stopped = Mutex(false)
    private let inbox: Mutex<Inbox<Submission>?> = Mutex(nil)

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
        let inbox = Inbox<Submission>(runner: environment.makeRunner("committer"), limit: batchLimit) { [weak self] in
            self?.commit($0)
        }
        self.inbox.withLock { $0 = inbox }
    }

    func submit(
        _ unit: CommitUnit, handled: Handled? = nil, done: @escaping @Sendable (UnitOutcome) -> Void = { _ in }
    ) {
        inbox.withLock { $0 }?.post(Submission(unit: unit, handled: handled, done: done))
    }

    /// Submits and waits until the unit is durable.
    ///
    /// - Throws: what made the unit fail.
    func commit(_ unit: CommitUnit) async throws -> [Record] {
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
            let outcomes = try store.commit(batch)
            guard survivesCommit() else { return stop() }
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
