internal import DequeModule
internal import HeapModule

/// Parked keys: how they get into the store, and how they go on from there.
extension HandlerEngine {
    /// A failed attempt.
    struct Failure {
        var job: Job
        /// The row of the message, if it was parked before.
        var row: ParkedRow?
        var error: any Error
        /// When the next attempt is due; `nil` for an incident.
        var nextAt: Timestamp?
        /// What the handler that failed is called.
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
        if row.state == .incident || isReported(job, at: now) { unit.writes.append(report(&row, of: failure, at: now)) }
        unit.writes.append(.putParked(row))
        var positions: [Int64] = []
        if failure.row == nil {
            positions = [job.position] + parking.behind
            unit.writes += parking.behind.map { .putParked(rowBehind($0, key: key, at: now)) }
            core.counters.parked.increment(by: positions.count)
        }
        core.committer.submit(unit, handled: .init(tracker: tracker, positions: positions)) { [weak self] _ in
            self?.post(.settled(key: key))
        }
    }

    private func rowBehind(_ position: Int64, key: String, at now: Timestamp) -> ParkedRow {
        ParkedRow(subscription: subscription, key: key, position: position, state: .behind, at: now)
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

    /// Puts a message behind those of its key that are set aside already.
    func parkBehind(_ job: Job, key: String) {
        let row = ParkedRow(
            subscription: subscription, key: key, position: job.position, state: .behind,
            at: core.environment.clock.now)
        beingParked += 1
        core.counters.parked.increment()
        core.committer.submit(
            CommitUnit(writes: [.putParked(row)]), handled: .init(tracker: tracker, positions: [job.position])
        ) { [weak self] _ in self?.post(.arrived(key: key)) }
    }

    /// Sets a message aside that nobody can take, without holding up its key.
    func deadLetter(_ record: Record, reason: String) {
        let now = core.environment.clock.now
        let row = ParkedRow(
            subscription: subscription, key: record.envelope.subject, position: record.position, state: .deadLetter,
            at: now)
        beingParked += 1
        core.committer.submit(
            CommitUnit(writes: deadLetterWrites(row, reason: reason)),
            handled: .init(tracker: tracker, positions: [record.position])
        ) { [weak self] _ in self?.post(.deadLetterCommitted) }
    }

    private func deadLetterWrites(_ row: ParkedRow, reason: String) -> [StoreWrite] {
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

    /// Goes on with a key whose messages are parked, as its lane says.
    func look(key: String) throws {
        guard !isClosing else { return }
        cancelWakeUp(for: key)
        let (row, now) = (try head(of: key), core.environment.clock.now)
        switch lanes.update(key, { $0.found(row, readUpTo: readUpTo, at: now) }) {
        case .awaitRow?, nil: break
        case .forget?: lanes.remove(key)
        case .awaitReading(let position)?: unreadKeys.insert(UnreadKey(position: position, key: key))
        case .held?: grantHold(key: key)
        case .rest(let due)?: if let due { planWakeUp(for: key, at: due) }
        case .remove(let row)?: settle(key: key, closeParked(row))
        case .take(let row)?: try take(up: row, key: key)
        }
    }

    /// Puts a parked message up for its handlers; one that none of them takes any more becomes a dead letter.
    private func take(up row: ParkedRow, key: String) throws {
        let record = try record(for: row)
        switch interest(in: record.envelope) {
        case .handle(let matching):
            let job = Job(record, matching, attempts: row.attempts, failingSince: row.failingSince)
            if let full = job.shares.first(where: { lanes.shares[$0].parked.isFull }) {
                _ = lanes.update(key) { $0.crowdedOut() }
                return lanes.shares[full].crowdedOut.append(key)
            }
            return try obey(lanes.update(key) { $0.take(job, row) }, key: key)
        case .none where handlers[record.envelope.name] != nil:
            settle(key: key, closeParked(row, as: "skipped"))
        case .none:
            let reason = "'\(subscription)' has no handler of '\(record.envelope.name)' any more"
            settle(key: key, deadLetterWrites(row, reason: reason))
        case .deadLetter(let reason):
            settle(key: key, deadLetterWrites(row, reason: reason))
        }
    }

    /// Makes the end of the lowest parked message durable, and then goes on with the next.
    private func settle(key: String, _ writes: [StoreWrite]) {
        _ = lanes.update(key) { $0.settle() }
        core.committer.submit(CommitUnit(writes: writes)) { [weak self] _ in self?.post(.settled(key: key)) }
    }

    /// Continues with the keys whose parked messages have no unread messages before them any more.
    func continueRead() throws {
        while let first = unreadKeys.min, first.position <= readUpTo {
            unreadKeys.removeMin()
            try obey(lanes.update(first.key) { $0.read() }, key: first.key)
        }
    }

    /// Goes on with keys for whose parked messages there was no room in memory.
    func continueCrowdedOut() throws {
        for share in lanes.shares.indices {
            while !lanes.shares[share].parked.isFull, let key = lanes.shares[share].crowdedOut.popFirst() {
                try obey(lanes.update(key) { $0.due() }, key: key)
            }
        }
    }

    /// Plans when to look at a key again; a key has one wake-up.
    private func planWakeUp(for key: String, at due: Timestamp) {
        cancelWakeUp(for: key)
        wakeUps[key] = (due, core.timers.schedule(at: due) { [weak self] in self?.post(.due(key: key)) })
    }

    private func cancelWakeUp(for key: String) {
        if let wakeUp = wakeUps.removeValue(forKey: key) { core.timers.cancel(wakeUp.token) }
    }

    private func head(of key: String) throws -> ParkedRow? {
        var position: Int64 = 0
        while let row = try reader.parked(subscription: subscription, key: key, after: position, limit: 1).first {
            guard row.state == .deadLetter else { return row }
            position = row.position
        }
        return nil
    }

    private func record(for row: ParkedRow) throws -> Record {
        guard var record = try reader.record(at: row.position) else {
            throw StoreError(
                .corrupt, "\(core.store.label): message \(row.position), parked for '\(subscription)', is missing")
        }
        if let payload = row.payload {
            record.envelope.payload.bytes = payload
            record.value = nil
        }
        return record
    }

    /// The writes that remove a parked message and resolve its incident.
    func closeParked(_ row: ParkedRow, as resolution: String = "recovered") -> [StoreWrite] {
        [.removeParked(subscription: subscription, key: row.key, position: row.position)] + resolving(row, resolution)
    }

    private func resolving(_ row: ParkedRow, _ resolution: String) -> [StoreWrite] {
        guard let incident = row.incident else { return [] }
        return [.resolveIncident(id: incident, at: core.environment.clock.now, resolution: resolution)]
    }

    /// Restores the keys that were set aside before a restart.
    func loadParked() throws {
        var last: String?
        while true {
            let heads = try reader.parkedHeads(subscription: subscription, after: last, limit: 1000)
            for row in heads {
                lanes.update(row.key, orMake: .resting) { _ in }
                if row.state != .incident {
                    planWakeUp(for: row.key, at: row.nextAt ?? core.environment.clock.now)
                }
            }
            guard heads.count == 1000, let key = heads.last?.key else { return }
            last = key
        }
    }
}

/// A key whose lowest parked message lies beyond the part of the log that has been read.
struct UnreadKey: Comparable {
    var position: Int64
    var key: String

    static func < (left: UnreadKey, right: UnreadKey) -> Bool {
        (left.position, left.key) < (right.position, right.key)
    }
}
