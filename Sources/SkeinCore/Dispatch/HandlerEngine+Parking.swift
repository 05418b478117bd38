import SkeinStorage

/// Parking keys, and ending parked messages.
extension HandlerEngine {
    /// A failed attempt.
    struct Failure {
        var job: Job
        /// The row of the message, if it was parked before.
        var row: ParkedRow?
        var error: any Error
        /// Whether too many attempts have not come back, so that the next one may not begin.
        var isHung = false
        /// When the next attempt is due; `nil` for an incident.
        var nextAt: Timestamp?
        /// The name of the handler that failed, for the incident.
        var label: String?
    }

    /// Parks a key: the failed message, and behind it those of the key that wait in memory.
    func park(key: String, _ failure: Failure) {
        guard let parking = lanes.update(key, { $0.park() }) else { return }
        let now = core.environment.clock.now
        let job = failure.job
        var unit = CommitUnit()
        var row =
            failure.row
            ?? ParkedRow(subscription: subscription, key: key, position: job.position, state: .retrying, at: now)
        (row.state, row.attempts) = (failure.nextAt == nil ? .incident : .retrying, job.attempts)
        (row.nextAt, row.failingSince) = (failure.nextAt, job.failingSince)
        row.error = Disposition.text(of: failure.error)
        if row.state == .incident || failure.isHung || isReported(job, at: now) {
            unit.writes.append(report(&row, of: failure, at: now))
        }
        unit.writes.append(.putParked(row))
        var positions: [Int64] = []
        if failure.row == nil {
            positions = [job.position] + parking.behind
            // The rows parked before are no longer the lowest of the key, so their times no longer count.
            let behind = parking.behind + (parking.overflow.map { [$0] } ?? [])
            unit.writes += behind.map { .putParked(rowBehind($0, key: key, at: now)) }
            core.counters.parked.increment(by: positions.count)
        }
        core.committer.submit(unit, handled: .init(tracker: tracker, positions: positions)) { [weak self] _ in
            self?.post(.settled(key: key))
        }
    }

    private func rowBehind(_ position: Int64, key: String, due: Timestamp? = nil, at now: Timestamp) -> ParkedRow {
        ParkedRow(subscription: subscription, key: key, position: position, state: .behind, nextAt: due, at: now)
    }

    /// The write that makes the next parked message of a key due, because the one before it is about to end. A restart
    /// finds the key only by that time.
    func markNext(after row: ParkedRow) throws -> [StoreWrite] {
        let now = core.environment.clock.now
        let next = try reader.parkedHead(subscription: subscription, key: row.key, after: row.position)
        if let first = lanes[row.key]?.firstArriving, first < next?.position ?? .max {
            return [.putParked(rowBehind(first, key: row.key, due: now, at: now))]
        }
        guard var next, next.state == .behind, next.nextAt == nil else { return [] }
        next.nextAt = now
        return [.putParked(next)]
    }

    /// Raises the incident of a failing message, or updates it.
    private func report(_ row: inout ParkedRow, of failure: Failure, at now: Timestamp) -> StoreWrite {
        if let incident = row.incident {
            return .updateIncident(id: incident, error: row.error ?? "", nextAttempt: row.nextAt)
        }
        let id = core.newIncidentID()
        row.incident = id
        return .putIncident(
            IncidentRow(
                id: id, component: component, kind: "handler", subscription: subscription, key: row.key,
                position: row.position, cause: failure.label ?? failure.job.record.envelope.name.rawValue,
                error: row.error ?? "",
                at: now, failingSince: row.failingSince, nextAttempt: row.nextAt))
    }

    /// Parks a message behind those of its key that are parked already.
    ///
    /// - Parameter isFirst: whether the store may have no other message of the key when the row arrives there, so that
    ///   the row has to say when the key is due.
    func parkBehind(_ job: Job, key: String, isFirst: Bool) {
        let now = core.environment.clock.now
        let row = rowBehind(job.position, key: key, due: isFirst ? now : nil, at: now)
        rowsOnTheWay += 1
        core.counters.parked.increment()
        core.committer.submit(
            CommitUnit(writes: [.putParked(row)]), handled: .init(tracker: tracker, positions: [job.position])
        ) { [weak self] _ in self?.post(.arrived(key: key)) }
    }

    /// Makes a message a dead letter, because nobody can take it. Later messages of its key do not wait for it.
    func deadLetter(_ record: LogRecord, reason: String) {
        let now = core.environment.clock.now
        let row = ParkedRow(
            subscription: subscription, key: record.envelope.subject, position: record.position, state: .deadLetter,
            at: now)
        rowsOnTheWay += 1
        core.committer.submit(
            CommitUnit(writes: deadLetterWrites(row, reason: reason)),
            handled: .init(tracker: tracker, positions: [record.position])
        ) { [weak self] _ in self?.post(.deadLetterCommitted) }
    }

    func deadLetterWrites(_ row: ParkedRow, reason: String) -> [StoreWrite] {
        var row = row
        (row.state, row.nextAt, row.error) = (.deadLetter, nil, reason)
        let incident = IncidentRow(
            id: core.newIncidentID(), component: component, kind: "message", subscription: subscription, key: row.key,
            position: row.position, cause: "deadLetter", error: reason, at: core.environment.clock.now)
        core.counters.deadLettered.increment()
        let earlier = resolving(row, "deadLettered")
        (row.failingSince, row.incident) = (nil, nil)
        return earlier + [.putParked(row), .putIncident(incident)]
    }

    /// The writes that remove a parked message and resolve its incident.
    func closeParked(_ row: ParkedRow, as resolution: String = "recovered") -> [StoreWrite] {
        [.removeParked(subscription: subscription, key: row.key, position: row.position)] + resolving(row, resolution)
    }

    private func resolving(_ row: ParkedRow, _ resolution: String) -> [StoreWrite] {
        guard let incident = row.incident else { return [] }
        return [.resolveIncident(id: incident, at: core.environment.clock.now, resolution: resolution)]
    }
}
