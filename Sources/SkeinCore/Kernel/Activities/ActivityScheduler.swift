import SkeinActions
import SkeinStorage

/// Starts the due activities of one kernel while there are places, and decides what follows each attempt.
///
/// Confined to the runner of the kernel.
final class ActivityScheduler {
    private let kernel: KernelContext
    private let instances: InstanceCache
    private var board: ActivityBoard
    private var waiting: WaitingActivities
    private var alarm: (due: Timestamp, token: TimerService.Token)?
    /// The outside systems of which the store knows that the component calls them; `nil` until it calls one.
    private var knownSystems: Set<String>?

    init(_ kernel: KernelContext, instances: InstanceCache) {
        (self.kernel, self.instances) = (kernel, instances)
        let places = kernel.core.configuration.concurrentActivities
        board = ActivityBoard(limit: places, hungAttempts: kernel.core.configuration.hungAttempts)
        waiting = WaitingActivities(limit: kernel.core.configuration.timersInMemory, places: places)
        instances.onEviction = { [unowned self] in forget(rowsOf: $0) }
    }

    /// Whether nothing runs and nothing waits for a place.
    var isIdle: Bool { board.isIdle && !waiting.hasDue(at: kernel.now) }

    /// Whether anything runs.
    var isRunning: Bool { board.isRunning }

    /// An activity is scheduled with the present turn.
    func scheduled(_ row: ActivityRow, of instance: LiveInstance) throws {
        if !row.system.isEmpty { try note(row.system) }
        let id = row.operationID
        remember(row)
        board.schedule(id, in: kernel.nextTicket)
        kernel.turn.starts.activities.append(row)
    }

    /// Writes an outside system down before its first call, so that operators' tools know its name when no activity
    /// waits for it. A component may have a system for each of its customers, so only the first
    /// ``CatalogueEntry/knownSystems`` are written.
    private func note(_ system: String) throws {
        var known = try knownSystems ?? Set(CatalogueEntry.systems(of: kernel.component, in: kernel.reader))
        defer { knownSystems = known }
        guard known.count < CatalogueEntry.knownSystems, known.insert(system).inserted,
            let registry = kernel.core.catalogue.registries.first(where: { $0.component == kernel.component })
        else { return }
        kernel.write(try CatalogueEntry(registry, systems: known.sorted()).write())
    }

    /// The process no longer wants an activity, or the activity has ended.
    ///
    /// - Parameter input: the input that ended it.
    func withdrawn(_ seq: Int64, of instance: LiveInstance, after input: Input) throws {
        let id = OperationID(instance: instance.id, seq: seq)
        if let incident = try row(of: id)?.incident {
            let resolution =
                switch input {
                case .activity(seq, .exhausted): "exhausted"
                case .activity(seq, _): "recovered"
                default: "canceled"
                }
            kernel.write(.resolveIncident(id: incident, at: kernel.now, resolution: resolution))
        }
        board.forget(id)
        instance.activitySeqs.remove(seq)
    }

    /// Gives up an activity whose instance was ended without its code.
    func forget(_ activity: OperationID) { board.forget(activity) }

    /// Drops the row of an activity in memory, because an operator has changed it in the store. Its hung
    /// attempts no longer count.
    func forgetRow(of activity: OperationID) {
        board.rows[activity] = nil
        board.hung.forget(activity)
    }

    /// The commit with a ticket is durable, and with it the activities that it wrote and that have a next attempt.
    func committed(_ rows: [ActivityRow], with ticket: UInt64) {
        for row in rows where board.committed(row.operationID, in: ticket) {
            waiting.insert(row)
        }
    }

    /// Takes in the activities of an instance that goes on, as the store has them.
    func insert(_ rows: [ActivityRow]) {
        for row in rows { waiting.insert(row) }
    }

    /// The circuit breaker has called an activity back, which asks it again.
    func readmit(_ id: OperationID) {
        waiting.readmitted(id)
        board.enqueue(id)
    }

    /// Reads the names of the outside systems that activities wait for. The rows are read when they are due and there
    /// is room.
    func recover() throws {
        for system in try kernel.reader.activitySystems(component: kernel.component) { waiting.beginReading(system) }
    }

    /// The alarm for the next activity has rung.
    func clearAlarm() { alarm = nil }

    /// Starts what is due while there are places, at most a batch of it, because each brings its instance into memory.
    ///
    /// - Returns: whether there may be more to start.
    func startDue() throws -> Bool {
        guard !kernel.isClosing else { return false }
        let limit = kernel.core.configuration.reactionBatch
        var looked = 0
        while looked < limit {
            try fillBoard()
            guard let activity = board.next() else { break }
            try start(activity)
            looked += 1
        }
        setAlarm()
        return looked == limit
    }

    /// Queues due activities for as many places as there are, in turn for each outside system.
    private func fillBoard() throws {
        let now = kernel.now
        while board.hasRoom {
            while let system = waiting.systemToRead(at: now) { try read(system) }
            guard let next = waiting.next(at: now) else { return }
            board.enqueue(next)
        }
    }

    private func read(_ system: String) throws {
        let limit = waiting.page
        let rows = try kernel.reader.scheduledActivities(
            component: kernel.component, system: system, after: waiting.readThrough(of: system), limit: limit)
        waiting.extend(system, with: rows, isComplete: rows.count < limit)
    }

    private func setAlarm() {
        guard let due = waiting.nextDue(after: kernel.now) else { return }
        if let alarm {
            guard due < alarm.due else { return }
            kernel.core.timers.cancel(alarm.token)
        }
        alarm = (due, kernel.core.timers.schedule(at: due) { [post = kernel.post] in post(.activitiesDue) })
    }

    private func start(_ id: OperationID) throws {
        // The outcome may lie in the mailbox already. Once the mailbox is empty, open activities are inserted again.
        guard let instance = try instances.load(id.instance), instance.reacts,
            let code = instance.machine.activity(id.seq), var row = try row(of: id), let due = row.nextAt
        else { return }
        guard due <= kernel.now else { return waiting.insert(row) }
        let system = code.options.system ?? ""
        guard row.system.isSpelled(like: system) else {
            // The system in the code has changed, or the row is from a version of the store that did not have it.
            row.system = system
            if !system.isEmpty { try note(system) }
            return save(row)
        }
        let refusal = board.hung.refusal(of: id)
        var call: CircuitBreakers.Call?
        // A refused attempt says nothing about the system, so it takes no place of its breaker.
        if !system.isEmpty, refusal == nil || kernel.core.breakers.isSuspended(system) {
            call = kernel.core.breakers.admit(system) { [post = kernel.post] in post(.activityReadmitted(id)) }
            guard call != nil else { return waiting.refused(id, by: system) }
        }
        remember(row)
        if let refusal, call == nil {
            let run = board.begin(id)
            return kernel.post(.activityEnded(id, run: run, attempt: row.attempt + 1, .failure(refusal)))
        }
        run(code, id, row, call, key: instance.row.key)
    }

    private func run(
        _ code: ActivityCode, _ id: OperationID, _ row: ActivityRow, _ call: CircuitBreakers.Call?, key: String
    ) {
        let run = board.begin(id)
        let attempt = row.attempt + 1
        let timeout = code.options.timeout
        let deadline = AttemptDeadline(timeout, core: kernel.core)
        let context = ActivityContext(idempotencyKey: row.idempotencyKey, attempt: attempt, instanceKey: key)
        UserTask.start(on: kernel.core.environment.executor) { [post = kernel.post] in
            deadline.begin {
                let error = TimeoutError("'\(code.name)' did not return within \(timeout)")
                call?.end(success: false)
                post(.activityEnded(id, run: run, attempt: attempt, .failure(error)))
            }
            let result: Result<ActivityOutcome, any Error>
            do { result = .success(try await code.run(context)) } catch { result = .failure(error) }
            PromptReturn.promise()
            deadline.end()
            // Reported here, because the kernel may have been replaced by now, and the system has answered
            // nevertheless.
            if case .success = result { call?.end(success: true) } else { call?.end(success: false) }
            post(.activityEnded(id, run: run, attempt: attempt, result))
        }
    }

    /// An attempt has ended.
    ///
    /// - Returns: the input for its instance; `nil` when the activity was withdrawn, or another attempt follows.
    func ended(
        _ id: OperationID, run: UInt64, attempt: Int, _ result: Result<ActivityOutcome, any Error>
    ) throws -> Input? {
        guard board.end(id, run: run) else {
            board.hung.returned(run)
            kernel.core.counters.sealedEffects.increment()
            return nil
        }
        if case .failure(let error) = result, error is TimeoutError { board.hung.missed(run, at: id) }
        // The outcome goes to the mailbox when the instance is suspended or parked.
        if case .success(let outcome) = result { return .activity(op: id.seq, outcome) }
        guard case .failure(let error) = result, let instance = try instances.load(id.instance),
            let code = instance.machine.activity(id.seq)
        else { return nil }
        return try attemptFailed(id, of: instance, attempt, error, code)
    }

    private func attemptFailed(
        _ id: OperationID, of instance: LiveInstance, _ attempt: Int, _ error: any Error, _ code: ActivityCode
    ) throws -> Input? {
        guard var row = try row(of: id) else { return nil }
        let refusal = board.hung.refusal(of: id, after: error)
        let error = refusal ?? error
        let now = kernel.now
        let policy = row.policyEdit?.applied(to: code.options.retry) ?? code.options.retry
        let since = row.failingSince ?? now
        let delay = policy.delay(
            after: error, attempt: attempt, failingFor: now.since(since), random: kernel.core.environment.random())
        (row.attempt, row.failingSince, row.lastError) = (attempt, since, Disposition.text(of: error))
        if Self.isWorthNoting(attempt) {
            instances.note("attempt", code.name, error: row.lastError, attempts: attempt, on: instance)
        }
        // An attempt that may not begin takes no time, so the pause is as long as it would have hung.
        row.nextAt = delay.map { now.advanced(by: refusal == nil ? $0 : max($0, code.options.timeout)) }
        if row.nextAt != nil {
            kernel.core.counters.retried.increment()
            let isReported = refusal != nil || now.since(since) >= kernel.core.configuration.failureTolerance
            if isReported { report(&row, of: instance) }
            save(row)
        } else if code.options.onExhaustion == .throw {
            return .activity(op: id.seq, .exhausted(error: "\(error)", attempts: attempt))
        } else {
            report(&row, of: instance)
            save(row)
        }
        return nil
    }

    /// Retries that go on for weeks must not fill the journal: the first twenty are noted, then every fiftieth.
    private static func isWorthNoting(_ attempt: Int) -> Bool { attempt <= 20 || attempt % 50 == 0 }

    /// Raises the incident of a failing activity, or updates it.
    private func report(_ row: inout ActivityRow, of instance: LiveInstance) {
        let error = row.lastError ?? ""
        if let incident = row.incident {
            return kernel.write(.updateIncident(id: incident, error: error, nextAttempt: row.nextAt))
        }
        let id = kernel.core.newIncidentID()
        row.incident = id
        kernel.write(
            .putIncident(
                IncidentRow(
                    id: id, component: kernel.component, kind: "activity", instance: row.instance, seq: row.seq,
                    key: instance.row.key, cause: row.name, error: error, at: kernel.now,
                    failingSince: row.failingSince, nextAttempt: row.nextAt)))
    }

    /// Writes an activity, and looks at it again when that is durable.
    private func save(_ row: ActivityRow) {
        remember(row)
        kernel.turn.touched.insert(row.instance)
        kernel.write(.putActivity(row))
        if row.nextAt != nil { kernel.turn.starts.activities.append(row) }
    }

    /// Keeps the row of a scheduled activity in memory until its instance leaves memory.
    private func remember(_ row: ActivityRow) {
        board.rows[row.operationID] = row
        instances[row.instance]?.activitySeqs.insert(row.seq)
    }

    /// The row of a scheduled activity, from memory or from the store.
    private func row(of id: OperationID) throws -> ActivityRow? {
        if let row = board.rows[id] { return row }
        return try kernel.reader.activities(of: id.instance).first { $0.seq == id.seq }
    }

    /// Drops the rows of an instance that leaves memory, except for those of running activities.
    private func forget(rowsOf instance: LiveInstance) {
        for seq in instance.activitySeqs {
            let activity = OperationID(instance: instance.id, seq: seq)
            if !board.runs(activity) { board.rows[activity] = nil }
        }
    }
}
