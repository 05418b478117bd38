internal import DequeModule
internal import HeapModule

extension HandlerEngine {
    /// Decides what follows a failed attempt: another one from memory, another one from the store, or an incident.
    func failed(key: String, _ error: any Error, handler: Int? = nil) {
        guard var lane = lanes[key], var job = lane.current else { return }
        let now = core.environment.clock.now
        let since = job.failingSince ?? now
        (job.attempts, job.failingSince) = (job.attempts + 1, since)
        let handler = handler.map { job.handlers[$0] } ?? job.handlers.first
        let policy = handler?.options.retry ?? RetryPolicy()
        let delay = policy.delay(
            after: error, attempt: job.attempts, failingFor: now.since(since), random: core.environment.random())
        guard let delay else {
            lanes[key] = lane
            return park(key: key, job, state: .incident, nextAt: nil, error: error, label: handler?.label)
        }
        core.counters.retried.increment()
        let next = now.advanced(by: delay)
        let inMemory = next.since(since) <= core.configuration.retryInMemory && !isReported(job, at: now)
        guard inMemory, lane.head == nil, !isClosing else {
            lanes[key] = lane
            return park(key: key, job, state: .retrying, nextAt: next, error: error, label: handler?.label)
        }
        lane.queue[0] = job
        lane.phase = .backingOff
        lanes[key] = lane
        core.intervals.schedule(after: delay) { [weak self] in self?.post(.due(key: key)) }
    }

    /// Whether a message has been failing for so long that an incident reports it.
    private func isReported(_ job: Job, at now: Timestamp) -> Bool {
        now.since(job.failingSince ?? now) >= core.configuration.failureTolerance
    }

    /// Sets a key aside: the failed message, and behind it those of the key that wait in memory.
    private func park(
        key: String, _ job: Job, state: ParkedRow.State, nextAt: Timestamp?, error: any Error, label: String?
    ) {
        guard var lane = lanes[key] else { return }
        let now = core.environment.clock.now
        var unit = CommitUnit()
        var positions: [Int64] = []
        var row =
            lane.head?.row
            ?? ParkedRow(subscription: subscription, key: key, position: job.record.position, state: state, at: now)
        (row.state, row.attempts, row.nextAt) = (state, job.attempts, nextAt)
        (row.failingSince, row.error) = (job.failingSince, Disposition.text(of: error))
        if state == .incident || isReported(job, at: now) { unit.writes.append(report(&row, job, label, at: now)) }
        unit.writes.append(.putParked(row))
        if lane.head == nil {
            for queued in lane.queue {
                positions.append(queued.record.position)
                guard queued.record.position != job.record.position else { continue }
                unit.writes.append(
                    .putParked(
                        ParkedRow(
                            subscription: subscription, key: key, position: queued.record.position, state: .behind,
                            at: now)))
            }
            buffered -= lane.queue.count
            core.counters.parked.increment(by: lane.queue.count)
            lane.queue.removeAll()
        } else {
            parkedInHand -= 1
        }
        lane.head = nil
        lane.context = nil
        (lane.parked, lane.spilled) = (true, false)
        lane.phase = .resting
        lane.pendingParks += 1
        lane.isSettling = true
        lanes[key] = lane
        core.committer.submit(unit, handled: .init(tracker: tracker, positions: positions)) { [weak self] _ in
            self?.post(.settled(key: key))
        }
        if let nextAt { planWakeUp(for: key, at: nextAt) }
    }

    /// Raises the incident of a failing message, or updates it.
    private func report(_ row: inout ParkedRow, _ job: Job, _ label: String?, at now: Timestamp) -> StoreWrite {
        if let incident = row.incident {
            return .updateIncident(id: incident, error: row.error ?? "", nextAttempt: row.nextAt)
        }
        let id = core.newIncidentID()
        row.incident = id
        return .putIncident(
            IncidentRow(
                id: id, component: component, kind: "handler", subscription: subscription, key: row.key,
                position: row.position, cause: label ?? job.record.envelope.name.rawValue, error: row.error ?? "",
                at: now, failingSince: row.failingSince, nextAttempt: row.nextAt))
    }

    /// Puts a message behind those of its key that are set aside already.
    func parkBehind(_ job: Job, key: String) {
        let row = ParkedRow(
            subscription: subscription, key: key, position: job.record.position, state: .behind,
            at: core.environment.clock.now)
        lanes[key]?.pendingParks += 1
        lanes[key]?.positionsBeingParked.append(job.record.position)
        beingParked += 1
        core.counters.parked.increment()
        core.committer.submit(
            CommitUnit(writes: [.putParked(row)]), handled: .init(tracker: tracker, positions: [job.record.position])
        ) { [weak self] _ in self?.post(.parkingCommitted(key: key)) }
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

    /// An operator has changed what is set aside for a key.
    func reconsidered(key: String) throws {
        guard var lane = lanes[key] else {
            // A released dead letter, whose key was not held back until now.
            guard try head(of: key) != nil else { return }
            var lane = KeyLane()
            lane.parked = true
            lanes[key] = lane
            return try continueParked(key: key)
        }
        if lane.parked {
            if lane.phase == .resting { try due(key: key) }
        } else {
            // A released dead letter while others of its key are in memory: its turn comes after them.
            lane.spilled = true
            lanes[key] = lane
        }
    }

    /// The time for another attempt has come.
    func due(key: String) throws {
        cancelWakeUp(for: key)
        guard var lane = lanes[key] else { return }
        switch lane.phase {
        case .backingOff:
            lane.phase = .ready
            ready.append(key)
            lanes[key] = lane
        case .resting:
            lane.phase = .idle
            lanes[key] = lane
            try continueParked(key: key)
        case .idle, .ready, .running, .committing:
            break
        }
    }

    /// Plans when to look at a key again. It keeps one wake-up for each key, though every message that is parked behind
    /// others asks for one.
    private func planWakeUp(for key: String, at due: Timestamp) {
        guard lanes[key]?.wakeUp?.due != due else { return }
        cancelWakeUp(for: key)
        lanes[key]?.wakeUp = (due, core.timers.schedule(at: due) { [weak self] in self?.post(.due(key: key)) })
    }

    private func cancelWakeUp(for key: String) {
        if let wakeUp = lanes[key]?.wakeUp { core.timers.cancel(wakeUp.token) }
        lanes[key]?.wakeUp = nil
    }

    /// Takes up the lowest set-aside message of a key, if its time has come; releases the key when none is left.
    func continueParked(key: String) throws {
        guard var lane = lanes[key], lane.parked, lane.phase == .idle || lane.phase == .resting, !isClosing,
            !lane.isSettling
        else { return }
        if holds[key] != nil { return rest(key: key) }
        guard let row = try head(of: key) else {
            // Messages on their way into the store are ahead of what comes later; wait for them.
            guard lane.pendingParks == 0 else { return }
            cancelWakeUp(for: key)
            lanes[key] = nil
            return
        }
        guard isNext(row, of: key, lane) else { return }
        let now = core.environment.clock.now
        switch row.state {
        case .skipped:
            settle(key: key, &lane, closeParked((nil, row)))
        case .incident:
            lane.phase = .resting
            lanes[key] = lane
        case .retrying where row.nextAt.map({ $0 > now }) ?? false:
            lane.phase = .resting
            lanes[key] = lane
            if let nextAt = row.nextAt { planWakeUp(for: key, at: nextAt) }
        case .retrying, .behind:
            try take(up: row, key: key, &lane)
        case .deadLetter:
            break
        }
    }

    /// Whether a parked message is the first of its key that is not handled.
    ///
    /// After a restart the log is read again from the lowest message that was in flight. So earlier messages of the key
    /// may not have been read yet, or may be about to be parked.
    private func isNext(_ row: ParkedRow, of key: String, _ lane: KeyLane) -> Bool {
        if row.position > feed.cursor {
            unreadKeys.insert(UnreadKey(position: row.position, key: key))
            return false
        }
        // The commit that parks them continues the key.
        return lane.positionsBeingParked.first.map { $0 > row.position } ?? true
    }

    /// Continues with the keys whose parked messages have no unread messages before them any more.
    func continueRead() throws {
        while let first = unreadKeys.min, first.position <= feed.cursor {
            unreadKeys.removeMin()
            if lanes[first.key]?.phase == .resting { lanes[first.key]?.phase = .idle }
            try continueParked(key: first.key)
        }
    }

    /// Goes on with keys for whose set-aside messages there was no room in memory.
    func continueCrowdedOut() throws {
        while parkedInHand < core.configuration.bufferedMessages, let key = crowdedOut.popFirst() {
            try continueParked(key: key)
        }
    }

    /// Puts a set-aside message up for its handlers; one that none of them takes any more becomes a dead letter.
    private func take(up row: ParkedRow, key: String, _ lane: inout KeyLane) throws {
        guard parkedInHand < core.configuration.bufferedMessages else {
            lane.phase = .resting
            lanes[key] = lane
            return crowdedOut.append(key)
        }
        let record = try record(for: row)
        switch interest(in: record.envelope) {
        case .handle(let matching):
            let job = Job(record: record, handlers: matching, attempts: row.attempts, failingSince: row.failingSince)
            parkedInHand += 1
            lane.head = (job, row)
            lane.phase = .ready
            ready.append(key)
            lanes[key] = lane
        case .none where handlers[record.envelope.name] != nil:
            settle(key: key, &lane, closeParked((nil, row), as: "skipped"))
        case .none:
            let reason = "'\(subscription)' has no handler of '\(record.envelope.name)' any more"
            settle(key: key, &lane, deadLetterWrites(row, reason: reason))
        case .deadLetter(let reason):
            settle(key: key, &lane, deadLetterWrites(row, reason: reason))
        }
    }

    /// Makes the end of the lowest set-aside message durable, and then goes on with the next.
    private func settle(key: String, _ lane: inout KeyLane, _ writes: [StoreWrite]) {
        lane.phase = .resting
        lane.pendingParks += 1
        lane.isSettling = true
        lanes[key] = lane
        core.committer.submit(CommitUnit(writes: writes)) { [weak self] _ in
            self?.post(.settled(key: key))
        }
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
    func closeParked(_ parked: (job: Job?, row: ParkedRow), as resolution: String = "recovered") -> [StoreWrite] {
        let row = parked.row
        return [.removeParked(subscription: subscription, key: row.key, position: row.position)]
            + resolving(row, resolution)
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
                var lane = KeyLane()
                lane.parked = true
                lane.phase = .resting
                lanes[row.key] = lane
                if row.state != .incident {
                    planWakeUp(for: row.key, at: row.nextAt ?? core.environment.clock.now)
                }
            }
            guard heads.count == 1000, let key = heads.last?.key else { return }
            last = key
        }
    }
}
