extension KernelEngine {
    /// Starts what is queued while there are places; a part of it where very much is, for each takes its instance into
    /// memory, also where its outside system lets it wait.
    func startActivities() {
        do {
            var looked = 0
            while !isClosing, looked < core.configuration.reactionBatch, let activity = activities.next() {
                try start(activity)
                looked += 1
            }
            submit()
            if looked == core.configuration.reactionBatch { post(.wake) }
        } catch {
            core.fail(error)
        }
    }

    private func start(_ id: WaitCursor) throws {
        // What it has come to may lie in the mailbox; once that is empty, what is still to be done is queued again.
        guard try load(id.instance), let instance = live[id.instance], instance.row.status == .running,
            !instance.isCatchingUp, let code = instance.machine.activity(id.seq), let row = try row(of: id),
            let due = row.nextAt
        else { return }
        let now = core.environment.clock.now
        guard due <= now else { return schedule(id, at: due) }
        var call: CircuitBreakers.Call?
        if let system = code.options.system {
            call = core.breakers.admit(system) { [weak self] in
                self?.post(.activityDue(instance: id.instance, op: id.seq))
            }
            guard call != nil else { return }
        }
        hold(row)
        run(code, id, row, call, key: instance.row.key)
    }

    private func run(
        _ code: ActivityCode, _ id: WaitCursor, _ row: ActivityRow, _ call: CircuitBreakers.Call?, key: String
    ) {
        let run = activities.begin(id)
        let attempt = row.attempt + 1
        let deadline = AttemptDeadline(code.options.timeout, core: core)
        let name = code.name
        let timeout = code.options.timeout
        let context = ActivityContext(idempotencyKey: row.idempotencyKey, attempt: attempt, instanceKey: key)
        UserTask.start(on: core.environment.executor) { [weak self] in
            deadline.begin { [weak self] in
                let error = TimeoutError("'\(name)' did not return within \(timeout)")
                call?.end(success: false)
                self?.post(.activityEnded(id, run: run, attempt: attempt, .failure(error)))
            }
            let result: Result<ActivityOutcome, any Error>
            do { result = .success(try await code.run(context)) } catch { result = .failure(error) }
            deadline.end()
            // Here and not where the result is taken in: that may be gone by now, and the system has answered all the
            // same.
            if case .success = result { call?.end(success: true) } else { call?.end(success: false) }
            self?.post(.activityEnded(id, run: run, attempt: attempt, result))
        }
    }

    /// Keeps the row of a scheduled activity in memory, as long as its instance is there.
    func hold(_ row: ActivityRow) {
        activities.rows[WaitCursor(instance: row.instance, seq: row.seq)] = row
        live[row.instance]?.activitySeqs.insert(row.seq)
    }

    private func row(of id: WaitCursor) throws -> ActivityRow? {
        if let row = activities.rows[id] { return row }
        return try reader.activities(of: id.instance).first { $0.seq == id.seq }
    }

    func schedule(_ id: WaitCursor, at due: Timestamp) {
        core.timers.schedule(at: due) { [weak self] in
            self?.post(.activityDue(instance: id.instance, op: id.seq))
        }
    }

    func activityEnded(
        _ id: WaitCursor, _ run: UInt64, _ attempt: Int, _ result: Result<ActivityOutcome, any Error>
    ) throws {
        guard activities.end(id, run: run) else { return core.counters.sealedEffects.increment() }
        let (instance, op) = (id.instance, id.seq)
        guard try load(instance), let code = live[instance]?.machine.activity(op) else {
            // The instance is suspended, parked or no longer wants it; what came of it is kept for the first two.
            if case .success(let outcome) = result { try deliver(.activity(op: op, outcome), to: instance) }
            return
        }
        let now = core.environment.clock.now
        switch result {
        case .success(let outcome):
            try deliver(.activity(op: op, outcome), to: instance)
        case .failure(let error):
            try attemptFailed(id, attempt, error, code, at: now)
        }
    }

    private func attemptFailed(
        _ id: WaitCursor, _ attempt: Int, _ error: any Error, _ code: ActivityCode, at now: Timestamp
    ) throws {
        guard var row = try row(of: id) else { return }
        let policy = row.policyEdit?.applied(to: code.options.retry) ?? code.options.retry
        let since = row.failingSince ?? now
        let delay = policy.delay(
            after: error, attempt: attempt, failingFor: now.since(since), random: core.environment.random())
        (row.attempt, row.failingSince, row.lastError) = (attempt, since, Disposition.text(of: error))
        if Self.isWorthNoting(attempt) {
            note("attempt", code.name, error: row.lastError, attempts: attempt, on: id.instance)
        }
        row.nextAt = delay.map { now.advanced(by: $0) }
        if let next = row.nextAt {
            core.counters.retried.increment()
            if now.since(since) >= core.configuration.failureTolerance { report(&row, at: now) }
            save(row, id)
            schedule(id, at: next)
        } else if code.options.onExhaustion == .throw {
            try deliver(.activity(op: id.seq, .exhausted(error: "\(error)", attempts: attempt)), to: id.instance)
        } else {
            report(&row, at: now)
            save(row, id)
        }
    }

    /// Raises the incident of a failing activity, or updates it.
    private func report(_ row: inout ActivityRow, at now: Timestamp) {
        let error = row.lastError ?? ""
        if let incident = row.incident {
            return turn.unit.writes.append(.updateIncident(id: incident, error: error, nextAttempt: row.nextAt))
        }
        let id = core.newIncidentID()
        row.incident = id
        turn.unit.writes.append(
            .putIncident(
                IncidentRow(
                    id: id, component: component, kind: "activity", instance: row.instance, seq: row.seq,
                    key: live[row.instance]?.row.key, cause: row.name, error: error, at: now,
                    failingSince: row.failingSince, nextAttempt: row.nextAt)))
    }

    /// Resolves the incident of an activity that has ended, if it has one.
    ///
    /// - Parameter input: the input that ended the activity.
    func resolveIncident(of activity: WaitCursor, after input: Input?) throws {
        guard let incident = try row(of: activity)?.incident else { return }
        let resolution =
            switch input {
            case .activity(activity.seq, .exhausted): "exhausted"
            case .activity(activity.seq, _): "recovered"
            default: "canceled"
            }
        let now = core.environment.clock.now
        turn.unit.writes.append(.resolveIncident(id: incident, at: now, resolution: resolution))
    }

    /// Retries that go on for weeks must not fill the journal: the first twenty are noted, then every fiftieth.
    private static func isWorthNoting(_ attempt: Int) -> Bool { attempt <= 20 || attempt % 50 == 0 }

    private func save(_ row: ActivityRow, _ id: WaitCursor) {
        hold(row)
        turn.touched.insert(id.instance)
        turn.unit.writes.append(.putActivity(row))
    }
}
