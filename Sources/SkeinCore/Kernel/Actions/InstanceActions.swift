import SkeinStorage

/// What operators do to the instances of one kernel.
///
/// Confined to the runner of the kernel.
final class InstanceActions {
    private let kernel: KernelContext
    private let instances: InstanceCache
    private let reactor: Reactor
    private let router: Router

    init(_ kernel: KernelContext, reactor: Reactor, router: Router) {
        (self.kernel, self.reactor, self.router) = (kernel, reactor, router)
        instances = reactor.instances
    }

    private var planner: OperationPlanner { OperationPlanner(reader: kernel.reader, now: kernel.now) }

    /// Applies what an operator asks for; `done` gets an error text, or `nil`, when that is durable.
    func operate(_ operation: InstanceOperation, on id: Int64, done: @escaping @Sendable (String?) -> Void) throws {
        guard let instance = try instances.load(id) else {
            return done("there is no instance \(id) in '\(kernel.component)'")
        }
        guard instances.isAtRest(instance) else {
            return kernel.postpone(.operate(operation, instance: id, done: done))
        }
        let isFailing = try kernel.reader.activities(of: id).contains { $0.nextAt == nil || $0.attempt > 0 }
        if let problem = operation.problem(on: instance.row, isFailing: isFailing) { return done(problem) }
        switch operation {
        case .suspend:
            if instance.row.status == .running {
                instances.setStatus(.suspended, of: instance)
                instances.note("suspended", on: instance)
            }
        case .resume:
            instances.setStatus(.running, of: instance)
            instances.note("resumed", on: instance)
            kernel.postpone(.reconsider(instance: id))
        case .cancel(let reason):
            if let problem = try cancel(instance, because: reason) { return done(problem) }
        case .terminate(let reason):
            try terminate(instance, because: reason)
        case .retry:
            if let problem = try retry(instance) { return done(problem) }
        case .edit(let op, let edit):
            guard var row = try kernel.reader.activities(of: id).first(where: { $0.seq == op }) else {
                return done("instance \(id) has no scheduled activity \(op)")
            }
            try row.edit(edit, of: instance.machine.activity(op)?.options.retry, at: kernel.now)
            reactor.activities.reschedule(row)
            instances.note("edited", row.name, on: instance)
        }
        kernel.turn.answers.append(done)
    }

    private func cancel(_ instance: LiveInstance, because reason: String) throws -> String? {
        let id = instance.id
        let open = try planner.openIncidents(of: id)
        var instance = instance
        if instance.row.status != .running {
            let revived = try revive(instance)
            guard let living = revived.instance else { return revived.problem }
            instance = living
        }
        guard instance.machine.takesCancel else {
            if instance.row.status != .running { instances.setStatus(instance.row.status, of: instance) }
            return
                "instance \(id) is undoing what it has done already; it ends when that is done. Where an activity "
                + "of that is held by an incident, retry it"
        }
        try reactor.react(instance, .cancel(reason: reason))
        kernel.turn.unit.writes += open.map { .putIncident(planner.resolved($0, "canceled")) }
        kernel.postpone(.reconsider(instance: id))
        return nil
    }

    private func terminate(_ instance: LiveInstance, because reason: String) throws {
        let id = instance.id
        for timer in try kernel.reader.timers(of: id) { reactor.timers.remove(timer) }
        for activity in try kernel.reader.activities(of: id) { reactor.activities.forget(activity) }
        let (row, writes) = try planner.termination(of: instance.row, because: reason)
        instance.machine.retire()
        for wait in instance.waits { instances.live.forget(wait, of: instance) }
        instance.machine = AbsentMachine()
        instance.row = row
        kernel.turn.touched.insert(id)
        kernel.turn.unit.writes += writes
        kernel.turn.starts.ended.append(row)
    }

    private func retry(_ instance: LiveInstance) throws -> String? {
        let id = instance.id
        let open = try planner.openIncidents(of: id)
        var instance = instance
        if instance.row.status == .parked {
            let revived = try revive(instance)
            guard let living = revived.instance else { return revived.problem }
            instance = living
        }
        for var row in try kernel.reader.activities(of: id) where row.nextAt == nil || row.attempt > 0 {
            row.retryNow(at: kernel.now)
            reactor.activities.reschedule(row)
        }
        instances.note("retried", on: instance)
        kernel.turn.unit.writes += open.map { .putIncident(planner.resolved($0, "retried")) }
        kernel.postpone(.reconsider(instance: id))
        return nil
    }

    /// Brings a parked or suspended instance back to life under the code as it is now.
    private func revive(_ instance: LiveInstance) throws -> (instance: LiveInstance?, problem: String?) {
        var living: LiveInstance? = instance
        if instance.row.status == .parked {
            instances.evict(instance)
            living = try instances.load(instance.id, reviving: true)
        }
        guard let living, !(living.machine is AbsentMachine) else {
            return (nil, "instance \(instance.id) still cannot go on; see its incident")
        }
        instances.setStatus(.running, of: living)
        return (living, nil)
    }

    /// Goes on with the next instances that have inputs in their mailboxes and do not stand still.
    ///
    /// - Returns: the sequence number to go on behind; `nil` when there are no more.
    func reconsiderMailboxes(after seq: Int64) throws -> Int64? {
        let limit = 256
        let page = try kernel.reader.mailbox(component: kernel.component, after: seq, limit: limit)
        var seen: Set<Int64> = []
        for id in page.map(\.instance) where seen.insert(id).inserted {
            let status = try (instances[id]?.row ?? kernel.reader.instance(id))?.status
            if let status, status == .running || status.isEnded { kernel.post(.reconsider(instance: id)) }
        }
        return page.count == limit ? page.last?.seq : nil
    }

    /// Goes on with an instance that may have inputs in its mailbox.
    func reconsider(_ id: Int64) throws {
        guard let instance = try instances.load(id) else { return }
        if instance.row.status.isEnded { instances.live.markEnded(id) }
        guard instance.row.status == .running || instance.row.status.isEnded else { return }
        guard instances.isAtRest(instance) else { return kernel.postpone(.reconsider(instance: id)) }
        guard try takeFromMailbox(of: instance) else { return kernel.postpone(.reconsider(instance: id)) }
        guard instance.row.status == .running else { return }
        reactor.timers.insert(try kernel.reader.timers(of: id))
        reactor.activities.insert(try kernel.reader.activities(of: id))
        kernel.post(.timersDue)
    }

    /// Delivers a chunk of what an instance has been sent while it stood still. A cancellation comes first: what parked
    /// the instance is in the mailbox too, and must not park it again before that.
    ///
    /// - Returns: whether nothing is left.
    private func takeFromMailbox(of instance: LiveInstance) throws -> Bool {
        let mailboxes = instances.mailboxes
        let cancellations = try mailboxes.cancellations(of: instance.id)
        let limit = kernel.core.configuration.reactionBatch
        let first = try cancellations.isEmpty ? mailboxes.next(of: instance.id, limit: limit) : cancellations
        instance.isCatchingUp = false
        // A restart on the way takes entries out.
        for entry in first where !mailboxes.isTaken(entry) {
            if instance.row.status.isEnded {
                mailboxes.take(entry)
            } else if instance.reacts {
                try deliver(entry, to: instance)
            }
        }
        guard instance.reacts || instance.row.status.isEnded else { return true }
        let isLast = try mailboxes.isEmpty(of: instance.id)
        instance.isCatchingUp = !isLast && instance.row.status == .running
        return isLast
    }

    private func deliver(_ entry: MailboxRow, to instance: LiveInstance) throws {
        let mailboxes = instances.mailboxes
        guard let input = try input(Mailboxes.decoded(entry)) else {
            // It stays: other code may be able to read it.
            return try instances.park(
                instance, cause: "mailbox", error: "entry \(entry.seq) of the mailbox cannot be read")
        }
        if case .cancel = input, instance.machine.takesCancel {
            let open = try planner.openIncidents(of: instance.id)
            kernel.turn.unit.writes += open.map { .putIncident(planner.resolved($0, "canceled")) }
        }
        guard let input = try router.awaited(input, by: instance) else { return mailboxes.take(entry) }
        try reactor.react(instance, input, from: entry)
    }

    /// What an entry of a mailbox stands for; `nil` where that cannot be told, or the message is missing.
    private func input(_ stored: StoredInput?) throws -> Input? {
        do {
            return try stored?.input(from: kernel.reader)
        } catch let error as StoreError where error.code == .corrupt {
            return nil
        }
    }
}

extension Router {
    /// Finds the operation for a message that came while the instance could not react, if an earlier message has ended
    /// its operation since. Then the first wait that admits the message gets it. If there is none, the message is
    /// treated as the process declares for messages that nobody waits for.
    ///
    /// - Returns: the input to deliver; `nil` when the message was buffered for a later wait, ignored, or became a dead
    ///   letter.
    func awaited(_ input: Input, by instance: LiveInstance) throws -> Input? {
        guard case .message(let op?, var delivered) = input,
            !instance.waits.contains(where: { $0.seq == op && $0.admits(delivered) })
        else { return input }
        let record = LogRecord(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
        let triggers = (kernel.definitions.triggers[record.envelope.name] ?? []).filter {
            $0.definition.process == instance.row.process
        }
        var delivery = plan(record, triggers, released: nil)
        let waits = instance.waits.filter { wait in
            wait.type == record.envelope.name
                && delivery.keys.contains { $0 == wait.key && delivery.means(wait, under: $0) }
        }
        guard let first = waits.min(by: { $0.seq < $1.seq }) else {
            delivery.refusals = []
            for entry in delivery.unmatched where entry.process == instance.row.process {
                try unmet(entry, &delivery, for: instance.id)
            }
            if delivery.unmatched.isEmpty { kernel.core.counters.unmatched.increment() }
            if !delivery.refusals.isEmpty { try makeDeadLetter(delivery) }
            return nil
        }
        delivered.key = first.key
        return .message(op: first.seq, delivered)
    }
}
