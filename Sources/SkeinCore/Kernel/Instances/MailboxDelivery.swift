import SkeinStorage

/// Lets instances go on that have inputs in their mailboxes: when the kernel starts, and after an operator's action.
/// Empties the mailboxes of instances that have ended. Each commit takes a chunk, and a restart goes on with the next.
///
/// Confined to the runner of the kernel.
final class MailboxDelivery {
    private let kernel: KernelContext
    private let instances: InstanceCache
    private let reactor: Reactor
    private let router: Router
    /// The last entry that was searched for cancellations, of each mailbox that is being emptied in parts. So emptying
    /// a long mailbox costs in proportion to its length.
    private var searched: [InstanceID: Int64] = [:]

    init(_ kernel: KernelContext, reactor: Reactor, router: Router) {
        (self.kernel, self.reactor, self.router) = (kernel, reactor, router)
        instances = reactor.instances
    }

    /// Goes on with the next instances that have inputs in their mailboxes and do not stand still.
    ///
    /// - Returns: the sequence number to go on behind; `nil` when there are no more.
    func reconsiderMailboxes(after seq: Int64) throws -> Int64? {
        let limit = 256
        let page = try kernel.reader.mailbox(component: kernel.component, after: seq, limit: limit)
        var seen: Set<InstanceID> = []
        for id in page.map(\.instance) where seen.insert(id).inserted {
            let status = try (instances[id]?.row ?? kernel.reader.instance(id))?.status
            if let status, status == .running || status.isEnded { kernel.post(.reconsider(instance: id)) }
        }
        return page.count == limit ? page.last?.seq : nil
    }

    /// Goes on with an instance that may have inputs in its mailbox.
    func reconsider(_ id: InstanceID) throws {
        guard let instance = try instances.load(id), instance.row.status == .running || instance.row.status.isEnded
        else {
            searched[id] = nil
            return
        }
        guard instances.isAtRest(instance) else { return kernel.postpone(.reconsider(instance: id)) }
        guard try takeFromMailbox(of: instance) else { return kernel.postpone(.reconsider(instance: id)) }
        guard instance.row.status == .running else { return }
        reactor.timers.insert(try kernel.reader.timers(of: id))
        reactor.activities.insert(try kernel.reader.activities(of: id))
        kernel.post(.timersDue)
    }

    /// Delivers a chunk of the mailbox. A cancellation comes first: the input that parked the instance is in the
    /// mailbox too, and must not park it again before the cancellation.
    ///
    /// - Returns: whether nothing is left.
    private func takeFromMailbox(of instance: LiveInstance) throws -> Bool {
        let mailboxes = instances.mailboxes
        guard !instance.row.status.isEnded else {
            let limit = kernel.core.configuration.reactionBatch
            for entry in try mailboxes.next(of: instance.id, limit: limit) { mailboxes.take(entry) }
            return try mailboxes.isEmpty(of: instance.id)
        }
        let (cancellations, last) = try mailboxes.cancellations(
            of: instance.id, after: searched.removeValue(forKey: instance.id) ?? .min)
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
        if !isLast { searched[instance.id] = last }
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
            let planner = ActionPlanner(reader: kernel.reader, now: kernel.now)
            let open = try kernel.reader.openIncidents(of: instance.id)
            kernel.turn.unit.writes += open.map { .putIncident(planner.resolved($0, "canceled")) }
        }
        guard let input = try router.awaited(input, by: instance) else { return mailboxes.take(entry) }
        try reactor.react(instance, input, from: entry)
    }

    /// The input of an entry; `nil` when it cannot be read, or its message is missing.
    private func input(_ stored: StoredInput?) throws -> Input? {
        do {
            return try stored?.input(from: kernel.reader)
        } catch let error as StoreError where error.code == .corrupt {
            return nil
        }
    }
}
