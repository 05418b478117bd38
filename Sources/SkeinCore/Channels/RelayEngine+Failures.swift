import SkeinActions
import SkeinStorage
import SkeinTransport

/// Messages that a broker does not take: their next attempts, their incidents, and what operators do about them.
extension RelayEngine {
    /// When a message that was not taken is tried again. Attempts never end, because the broker may be repaired at any
    /// time.
    private static let policy = RetryPolicy(
        within: nil, initialDelay: .milliseconds(100), maximumDelay: .minutes(5), jitter: 0.2)

    /// Reads which messages were stopped when the process ended.
    func loadParked() throws {
        for row in try ChannelRemoval.parked(subscription, reader) { parked[row.position] = row }
    }

    /// Adds a message with a parked row: it stopped its key before the restart, and an operator may have edited or
    /// skipped it meanwhile.
    func admit(_ item: RelayQueue.Item, parked row: ParkedRow) {
        var item = item
        if let payload = row.payload { item.message.envelope.payload.bytes = payload }
        item.failures = row.attempts
        guard row.state != .skipped else { return passBy(item, row) }
        if queue.first(of: item.key) != nil {
            // Two channels had stopped at messages of this key, and this one has come in the place of both.
            behind[item.position] = row
            return queue.add(item)
        }
        let now = core.environment.clock.now
        let key = item.key
        queue.addStopped(item)
        // A process that is restarted again and again must not disturb the broker more often for it.
        let pause = max(.zero, (row.nextAt ?? now).since(now))
        failures[key] = RelayFailure(
            position: item.position, attempts: row.attempts, since: row.failingSince ?? now, error: row.error ?? "",
            row: row, alarm: core.intervals.schedule(after: pause) { [weak self] in self?.post(.retry(key)) })
    }

    /// Goes on without a message that does not leave by this channel, or no longer does.
    func leave(_ position: Int64) {
        place.passBy(position)
        guard let row = parked.removeValue(forKey: position) else { return }
        let removal = ChannelRemoval.removing(
            row, now: core.environment.clock.now, resolution: "no longer sent by this channel")
        core.committer.submit(CommitUnit(writes: removal)) { _ in }
    }

    /// A message was not taken: plans the next attempt. From its first refusal on, or when it has been failing for
    /// long, an incident reports it.
    ///
    /// - Returns: what has to be written.
    func stopped(_ item: RelayQueue.Item, _ error: TransportError, isRefused: Bool) -> [StoreWrite] {
        let now = core.environment.clock.now
        let known = failures[item.key].flatMap { $0.position == item.position ? $0 : nil }
        var failure =
            known
            ?? RelayFailure(
                position: item.position, attempts: 0, since: now, error: error.message,
                row: behind.removeValue(forKey: item.position))
        (failure.attempts, failure.error) = (failure.attempts + 1, error.message)
        let delay =
            Self.policy.delay(afterAttempt: failure.attempts, random: core.environment.random()) ?? .minutes(5)
        let key = item.key
        failure.alarm.map(core.intervals.cancel)
        failure.alarm = core.intervals.schedule(after: delay) { [weak self] in self?.post(.retry(key)) }
        var writes: [StoreWrite] = []
        let isLong = now.since(failure.since) >= core.configuration.failureTolerance
        if isRefused || isLong || failure.row != nil {
            writes = report(item, &failure, error, next: now.advanced(by: delay), at: now)
        }
        failures[key] = failure
        return writes
    }

    private func report(
        _ item: RelayQueue.Item, _ failure: inout RelayFailure, _ error: TransportError, next: Timestamp,
        at now: Timestamp
    ) -> [StoreWrite] {
        let envelope = item.message.envelope
        var row =
            failure.row
            ?? ParkedRow(
                subscription: subscription, key: envelope.subject, position: item.position, state: .retrying, at: now)
        (row.state, row.attempts, row.nextAt) = (.retrying, failure.attempts, next)
        (row.error, row.failingSince) = (failure.error, failure.since)
        var writes: [StoreWrite] = []
        if let incident = row.incident {
            writes.append(.updateIncident(id: incident, error: failure.error, nextAttempt: next))
        } else {
            let id = core.newIncidentID()
            row.incident = id
            writes.append(
                .putIncident(
                    IncidentRow(
                        id: id, component: envelope.source, kind: "handler", subscription: subscription,
                        key: envelope.subject, position: item.position, cause: error.code.rawValue,
                        error: failure.error, at: now, failingSince: failure.since, nextAttempt: next)))
            core.counters.parked.increment()
        }
        failure.row = row
        return writes + [.putParked(row)]
    }

    /// A message that was stopped has gone through.
    ///
    /// - Returns: what has to be written.
    func recovered(_ item: RelayQueue.Item) -> [StoreWrite] {
        guard let failure = failures[item.key], failure.position == item.position else {
            return behind.removeValue(forKey: item.position).map { removals(of: $0) } ?? []
        }
        failures[item.key] = nil
        failure.alarm.map(core.intervals.cancel)
        return failure.row.map { removals(of: $0) } ?? []
    }

    /// What removes the row of a message that has gone through, with its incident.
    func removals(of row: ParkedRow) -> [StoreWrite] {
        let removal = StoreWrite.removeParked(
            subscription: subscription, key: row.key, position: row.position)
        guard let incident = row.incident else { return [removal] }
        let now = core.environment.clock.now
        return [removal, .resolveIncident(id: incident, at: now, resolution: "recovered")]
    }

    /// Goes on without a message, because an operator has decided so.
    private func passBy(_ item: RelayQueue.Item, _ row: ParkedRow) {
        let removal = StoreWrite.removeParked(
            subscription: subscription, key: row.key, position: row.position)
        core.committer.submit(
            CommitUnit(writes: [removal]), handled: .init(tracker: tracker, positions: [item.position])
        ) { _ in }
    }

    func begin(_ call: ActionCall) {
        guard case .key(let text, _) = call.subject else {
            return call.answer(.failure(ActionError(.notRunning, "'\(subscription)' has parked messages only")))
        }
        let key = StoredKey(text)
        if actions[key, default: ActionLine()].add(call) { proceed(key) }
    }

    /// Plans the next action on a key when its message is not under way.
    func proceed(_ key: StoredKey) {
        guard !queue.isTrying(key) else { return }
        while let call = actions[key]?.waiting {
            do {
                let plan = try core.planner(reading: reader).plan(call.action)
                guard plan.unit.isEmpty else {
                    // Nobody may try the message before its row says what is to be done with it.
                    queue.hold(key)
                    actions[key]?.commit()
                    core.committer.submit(plan.unit) { [weak self] outcome in
                        call.answer(outcome.answer(plan.changes))
                        self?.post(.acted(key))
                    }
                    return
                }
                call.answer(.success(plan.changes))
            } catch {
                call.answer(.failure(error))
            }
            actions[key]?.answered()
        }
        if actions[key]?.isIdle == true { actions[key] = nil }
    }

    /// The commit of an action is durable: does with the message what its row says.
    func acted(_ key: StoredKey) throws {
        actions[key]?.committed()
        defer { proceed(key) }
        guard var failure = failures[key] else { return }
        let row = try reader.parked(
            subscription: subscription, key: key.text, after: failure.position - 1, limit: 1
        ).first { $0.position == failure.position }
        failure.alarm.map(core.intervals.cancel)
        guard let row else { return queue.retry(key) }
        failure.alarm = nil
        if row.state == .skipped {
            failures[key] = nil
            if let item = queue.skip(key) { passBy(item, row) }
            return
        }
        (failure.attempts, failure.since, failure.row) = (0, core.environment.clock.now, row)
        failures[key] = failure
        queue.change(key) { item in
            if let payload = row.payload { item.message.envelope.payload.bytes = payload }
        }
        queue.retry(key)
    }
}
