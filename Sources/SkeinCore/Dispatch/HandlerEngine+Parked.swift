import SkeinStorage
internal import DequeModule
internal import HeapModule

/// Taking parked keys up again when they are due.
extension HandlerEngine {
    /// The lane of a key that has none in ``lanes``.
    func laneAtRest(of key: String) throws -> KeyLane {
        if parkedKeys.contains(key) { return .resting }
        guard !parkedKeys.isComplete else { return .new }
        return try reader.parkedHead(subscription: subscription, key: key, after: 0) == nil ? .new : .resting
    }

    /// Reads the parked keys from the store, or learns that there are more than memory may hold.
    func restartParkedKeys() throws {
        let limit = min(core.configuration.parkedKeysInMemory, .max - 1)
        parkedKeys.restart(with: try reader.parkedHeads(subscription: subscription, after: nil, limit: limit + 1))
    }

    /// Looks at the parked keys that are due, as long as there is room for them.
    func continueDue() throws {
        hasMoreDue = false
        guard !isClosing else { return }
        let now = core.environment.clock.now
        var looks = 0
        while mayTakeUp(), let key = try takeDue(at: now) {
            try obey(lanes.update(key, orMake: .resting) { $0.due() }, key: key)
            looks += 1
            guard looks < 256 else {
                // What has happened meanwhile gets its turn.
                hasMoreDue = true
                return post(.wake)
            }
        }
    }

    /// Plans when the next parked key is due.
    func planAlarm() {
        guard !isClosing else { return }
        let now = core.environment.clock.now
        let next = parkedKeys.nextDue().flatMap { $0 > now ? $0 : nil }
        guard next != alarm?.due else { return }
        if let alarm { core.timers.cancel(alarm.token) }
        alarm = next.map { due in (due, core.timers.schedule(at: due) { [weak self] in self?.post(.wake) }) }
    }

    private func takeDue(at now: Timestamp) throws -> String? {
        while true {
            if let key = parkedKeys.takeDue(at: now) { return key }
            guard let place = parkedKeys.placeToRead(at: now) else { return nil }
            let rows = try reader.parkedDue(subscription: subscription, after: place, limit: 500)
            parkedKeys.extend(with: rows, isLast: rows.count < 500)
        }
    }

    /// Whether another parked key may get a lane. The number of lanes that wait is bounded; a handler that makes no
    /// progress does not count against the others.
    private func mayTakeUp() -> Bool {
        guard unreadKeys.count < core.configuration.parkedKeysInMemory else { return false }
        let now = core.intervals.clock.now
        for share in lanes.shares.indices where lanes.shares[share].isCrowded {
            guard case .wait(let until) = lanes.shares[share].parked.ask(at: now) else { continue }
            if let until, until != nextCrowdedLook {
                nextCrowdedLook = until
                core.intervals.schedule(at: until) { [weak self] in self?.post(.wake) }
            }
            return false
        }
        return true
    }

    /// Goes on with a key whose messages are parked, as its lane says.
    func look(key: String) throws {
        guard !isClosing else { return }
        parkedKeys.remove(key)
        let row = try reader.parkedHead(subscription: subscription, key: key, after: 0)
        let now = core.environment.clock.now
        switch lanes.update(key, { $0.found(row, readUpTo: readUpTo, at: now) }) {
        case .awaitRow?, nil: break
        case .free?: if parkedKeys.free(key) { try restartParkedKeys() }
        case .awaitReading(let position)?: unreadKeys.insert(UnreadKey(position: position, key: key))
        case .mayAct?: try proceed(key: key)
        case .rest(let due)?: parkedKeys.insert(key, due: due)
        case .remove(let row)?: try close(row, closeParked(row))
        case .take(let row)?: try take(up: row, key: key)
        }
    }

    /// Queues a parked message for its handlers. If no handler takes it any more, it becomes a dead letter.
    private func take(up row: ParkedRow, key: String) throws {
        let record = try record(for: row)
        switch interest(in: record.envelope) {
        case .handle(let matching):
            let job = Job(record, matching, attempts: row.attempts, failingSince: row.failingSince)
            return try take(job, row, key: key)
        case .none where handlers[record.envelope.name] != nil:
            try close(row, closeParked(row, as: "skipped"))
        case .none:
            let reason = "'\(subscription)' has no handler of '\(record.envelope.name)' any more"
            try close(row, deadLetterWrites(row, reason: reason))
        case .deadLetter(let reason):
            try close(row, deadLetterWrites(row, reason: reason))
        }
    }

    private func take(_ job: Job, _ row: ParkedRow, key: String) throws {
        let answer = lanes.shares.ask(job.shares, for: \.parked, at: core.intervals.clock.now)
        guard let full = job.shares.first(where: { lanes.shares[$0].parked.isFull }) else {
            return try obey(lanes.update(key) { $0.take(job, row) }, key: key)
        }
        if lanes.shares[full].isCrowded {
            if case .overflow(let since) = answer { return postpone(row, since) }
            if let due = row.nextAt {
                _ = lanes.update(key) { $0.rest() }
                return parkedKeys.insert(key, due: due)
            }
        }
        _ = lanes.update(key) { $0.crowdedOut() }
        lanes.shares[full].crowdedOut.append(key)
    }

    /// Gives a due message a later time, because its handler makes no progress and other keys should have their turn.
    /// The longer the handler stands still, the longer the delay.
    private func postpone(_ row: ParkedRow, _ since: Timestamp) {
        let delay = min(max(core.intervals.clock.now.since(since), .seconds(1)), .minutes(10))
        var row = row
        row.nextAt = core.environment.clock.now.advanced(by: delay)
        var writes: [StoreWrite] = [.putParked(row)]
        if let incident = row.incident {
            writes.append(.updateIncident(id: incident, error: row.error ?? "", nextAttempt: row.nextAt))
        }
        settle(key: row.key, writes)
    }

    /// Ends the lowest parked message of a key without an attempt.
    private func close(_ row: ParkedRow, _ writes: [StoreWrite]) throws {
        settle(key: row.key, writes + (try markNext(after: row)))
    }

    /// Makes a change of the lowest parked message durable, and then looks at the key again.
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

    private func record(for row: ParkedRow) throws -> LogRecord {
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
}

/// A key whose lowest parked message lies beyond the part of the log that has been read.
struct UnreadKey: Comparable {
    var position: Int64
    var key: String

    static func < (left: UnreadKey, right: UnreadKey) -> Bool {
        (left.position, left.key) < (right.position, right.key)
    }
}
