import SkeinStorage

/// Lets instances react, and adds their reactions to the present turn.
///
/// Confined to the runner of the kernel; reactions to one instance therefore never overlap.
final class Reactor {
    let kernel: KernelContext
    let instances: InstanceCache
    let timers: TimerScheduler
    let activities: ActivityScheduler
    let awaited: AwaitedTypes
    let buffer: MessageBuffer

    init(
        _ kernel: KernelContext, instances: InstanceCache, timers: TimerScheduler, activities: ActivityScheduler,
        awaited: AwaitedTypes
    ) {
        (self.kernel, self.instances, self.timers) = (kernel, instances, timers)
        (self.activities, self.awaited) = (activities, awaited)
        buffer = MessageBuffer(kernel)
    }

    /// Brings an input to an instance: it reacts, or the input goes to its mailbox if it is suspended or parked.
    func deliver(_ input: Input, to id: InstanceID) throws {
        guard let instance = try instances.load(id) else { return }
        guard !instance.row.status.isEnded else {
            if case .message = input { kernel.core.counters.unmatched.increment() }
            return
        }
        guard instance.reacts else { return try instances.mailboxes.put(input, for: instance) }
        try react(instance, input)
    }

    /// Lets an instance react. A new wait may find its message among those that are buffered.
    ///
    /// - Parameter entry: the entry of the mailbox that the input is from. It is taken out, unless the instance cannot
    ///   react to it: then it stays, as the first.
    func react(_ instance: LiveInstance, _ input: Input, from entry: MailboxRow? = nil) throws {
        try reactOnce(instance, input, from: entry)
        while let buffered = try buffer.next(for: instance) { try reactOnce(instance, buffered) }
    }

    private func reactOnce(_ instance: LiveInstance, _ input: Input, from mailbox: MailboxRow? = nil) throws {
        let now = kernel.now
        let turn = Turn(now: now, position: max(kernel.tracker.seen, 0))
        let machine = instance.machine
        let reaction = kernel.watch.guarding(instance.row, input) { machine.react(input, turn: turn) }
        let arrived = mailbox == nil ? input : nil
        if case .crashed(let cause, let error) = reaction.outcome {
            return try instances.park(instance, with: arrived, cause: cause, error: error)
        }
        let length = instance.journalSeq - instance.row.stateSeq
        if reaction.entry != nil, length + 1 > Int64(kernel.core.configuration.journalLimit) {
            return try instances.park(
                instance, with: arrived, cause: "journalLimit",
                error:
                    "the journal has \(length) entries, the limit; call flow.restart(with:) before it is "
                    + "reached, or raise journalLimit")
        }
        if let mailbox { instances.mailboxes.take(mailbox) }
        // Operators who wait until the instance is at rest are answered by a commit, so a touched instance needs one.
        if reaction.entry != nil || !reaction.effects.isEmpty { kernel.turn.touched.insert(instance.id) }
        try apply(reaction.effects, to: instance, after: input)
        guard let entry = reaction.entry else { return }
        instances.append(entry, to: instance, at: now)
        try conclude(instance, reaction, at: now)
    }

    /// Adds effects to the turn and keeps the kernel's own view of waits, timers and activities in step.
    private func apply(_ effects: [Effect], to instance: LiveInstance, after input: Input) throws {
        for effect in effects {
            switch effect {
            case .append(let outgoing):
                kernel.turn.unit.appends.append(outgoing)
            case .attribute(let name, let value):
                instances.setAttribute(name, to: value, of: instance)
            case .write(let write):
                kernel.write(write)
                try follow(write, of: instance, after: input)
            }
        }
    }

    private func follow(_ write: StoreWrite, of instance: LiveInstance, after input: Input) throws {
        switch write {
        case .putWait(let wait):
            awaited.insert(wait.type)
            instances.live.add(wait, of: instance)
        case .removeWait(let wait):
            instances.live.forget(wait, of: instance)
        case .putTimer(let timer):
            kernel.turn.starts.timers.append(timer)
        case .removeTimer(let timer):
            timers.remove(timer)
            kernel.turn.starts.timers.removeAll { $0 == timer }
        case .putActivity(let row):
            try activities.scheduled(row, of: instance)
        case .removeActivity(_, let seq):
            try activities.withdrawn(seq, of: instance, after: input)
        default:
            break
        }
    }

    /// Writes the instance's row when its state or status has changed.
    private func conclude(_ instance: LiveInstance, _ reaction: Reaction, at now: Timestamp) throws {
        var changed = false
        if let state = reaction.state {
            (instance.row.state, instance.row.stateSeq) = (state, instance.journalSeq)
            changed = true
        }
        switch reaction.outcome {
        case .running, .crashed: break
        case .completed(let data): (instance.row.status, instance.row.result) = (.completed, data)
        case .failed(let data): (instance.row.status, instance.row.result) = (.failed, data)
        case .canceled: instance.row.status = .canceled
        case .restarted(let restart): return try self.restart(instance, with: restart)
        }
        let isEnded = instance.row.status.isEnded
        if isEnded {
            instance.row.endedAt = now
            kernel.turn.starts.ended.append(instance.row)
        }
        if changed || isEnded { instances.save(instance) }
        if isEnded { withdrawWaits(of: instance) }
    }

    /// An instance that has ended waits for nothing.
    private func withdrawWaits(of instance: LiveInstance) {
        for wait in instance.waits.sorted(by: { ($0.seq, $0.key) < ($1.seq, $1.key) }) {
            kernel.write(.removeWait(wait))
            instances.live.forget(wait, of: instance)
        }
    }

    /// Begins an instance afresh: its journal goes, its identity stays.
    private func restart(_ instance: LiveInstance, with restart: Restart) throws {
        guard let definition = kernel.definitions.definition(of: instance.row.process, version: instance.row.version)
        else { return }
        instance.machine.retire()
        withdrawWaits(of: instance)
        kernel.write(.truncateJournal(instance: instance.id, through: instance.journalSeq))
        // Operations are numbered anew, so outcomes of earlier ones must not be taken for those of later ones.
        try instances.mailboxes.dropOutcomes(of: instance.id)
        instance.row.seed = instance.row.seed.restarted
        instance.row.stateSeq = instance.journalSeq
        let row = instance.row
        instance.machine = definition.makeMachine(for: row, in: instances.setting)
        instances.save(instance)
        let trigger = definition.triggers.first
        let messageID = DerivedID(row.seed.digest("start"), chain: row.correlationID).id
        let envelope = Envelope(
            time: kernel.now,
            metadata: .init(
                id: messageID, kind: trigger?.kind ?? .event, name: trigger?.name ?? "process.restart",
                version: trigger?.since ?? SchemaVersion(1, 0, 0), source: kernel.component, subject: row.key),
            context: .init(correlationID: row.correlationID, trace: row.traceContext, user: row.user),
            payload: Payload(bytes: restart.start))
        try react(instance, .start(Delivered(position: 0, envelope: envelope, undo: restart.undo)))
    }
}
