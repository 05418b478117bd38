import SkeinStorage

/// Takes each message of the log to the instances that it starts, that it is keyed to, or that wait for it.
///
/// Confined to the runner of the kernel.
final class Router {
    let kernel: KernelContext
    let instances: InstanceCache
    let reactor: Reactor
    let housekeeping: Housekeeping
    private let feed: Feed
    /// Records taken from the feed and not routed yet.
    private var backlog: ArraySlice<LogRecord> = []
    /// The message that is being delivered to more instances than one commit should hold.
    private(set) var delivery: Delivery?
    /// Whether the first message since the start is still to be delivered in full. A crash may have cut off an earlier
    /// delivery of it.
    private var isFirstDelivery = true
    /// The positions of retried dead letters that were routed again, with the ticket of the commit that removes their
    /// rows.
    var rerouted: [Int64: UInt64] = [:]
    /// Messages that are becoming dead letters, by position: which triggers they concern, and the ticket of the commit.
    var comingDeadLetters: [Int64: (concerns: [String], ticket: UInt64)] = [:]

    init(_ kernel: KernelContext, reactor: Reactor, housekeeping: Housekeeping) {
        (self.kernel, self.reactor, self.housekeeping) = (kernel, reactor, housekeeping)
        instances = reactor.instances
        feed = Feed(
            subscription: kernel.subscription, from: kernel.tracker.seen, core: kernel.core, reader: kernel.reader)
    }

    /// Whether everything in the log has been routed to all its receivers.
    var isAtEnd: Bool { feed.isAtEnd && backlog.isEmpty && delivery == nil }

    /// The position up to which every message has been routed to all its receivers.
    var routedThrough: Int64 {
        if let delivery, delivery.retried == nil { return delivery.record.position - 1 }
        return backlog.first.map { $0.position - 1 } ?? feed.cursor
    }

    /// Whether the log has messages to route; takes them from the feed.
    func hasMore() throws -> Bool {
        if backlog.isEmpty { backlog = try feed.next(limit: kernel.core.configuration.reactionBatch)[...] }
        return !backlog.isEmpty
    }

    /// Routes messages that were taken from the feed, until one of them goes on in further commits or the present turn
    /// is full.
    ///
    /// - Returns: how many.
    func routeTaken() throws -> Int {
        var routed = 0
        while delivery == nil, !isTurnFull, let record = backlog.popFirst() {
            try route(record)
            routed += 1
        }
        return routed
    }

    /// Whether the present turn is to be committed before anything else is routed.
    var isTurnFull: Bool { kernel.turn.unit.writes.count >= 4096 }

    /// Drops what was taken from the feed: another kernel routes it.
    func abandon() { backlog = [] }

    /// Forgets what the store knows by now.
    func committed() {
        if !comingDeadLetters.isEmpty {
            comingDeadLetters = comingDeadLetters.filter { $0.value.ticket > kernel.committedTicket }
        }
    }

    /// Delivers a message to all that it concerns, and marks it as handled.
    private func route(_ record: LogRecord) throws {
        let envelope = record.envelope
        let isAddressed = envelope.recipient.map { $0 == kernel.component } ?? true
        let triggers = kernel.definitions.triggers[envelope.name] ?? []
        let isAwaited = reactor.awaited.contains(envelope.name)
        let isUnknown = kernel.isCatchAll && kernel.core.catalogue.isUnknown(envelope, to: kernel.component)
        guard isAddressed, !triggers.isEmpty || isAwaited || isUnknown else {
            return kernel.place.passBy(record.position)
        }
        guard kernel.tracker.begin(record.position, interesting: true) else {
            return kernel.core.counters.duplicates.increment()
        }
        var delivery = plan(record, triggers, retried: nil)
        if isUnknown { delivery.refusals.append(("", Catalogue.unknown(envelope, to: kernel.component))) }
        try deliver(delivery, awaited: isAwaited)
    }

    /// Delivers a message to all that it concerns, in further commits if these are many.
    func deliver(_ delivery: Delivery, awaited: Bool) throws {
        instances.mailboxes.mayHaveMessage = isFirstDelivery || delivery.retried != nil
        if awaited {
            self.delivery = delivery
            try resume()
        } else {
            try finish(delivery)
        }
        instances.mailboxes.mayHaveMessage = isFirstDelivery || self.delivery?.retried != nil
    }

    /// Resumes the instances that wait for the message in hand, at most a chunk of them; finishes its delivery when all
    /// have been.
    func resume() throws {
        guard var current = delivery else { return }
        while current.index < current.keys.count {
            let key = current.keys[current.index]
            let (rows, isLast) = try nextWaits(for: current, key: key)
            var delivered = current.delivered
            delivered.key = key
            let had = try instances(in: rows, thatHad: current)
            for row in rows where current.means(row, under: key) {
                guard try takes(row, &current) else { continue }
                if had.contains(row.instance) {
                    current.matched.insert(row.process)
                    continue
                }
                try reactor.deliver(.message(op: row.seq, delivered), to: row.instance)
                current.matched.insert(row.process)
            }
            guard isLast else {
                current.cursor = OperationID(instance: rows.last?.instance ?? .max, seq: .max)
                try noteMatched(in: &current)
                return delivery = current
            }
            current.index += 1
            current.cursor = .start
        }
        delivery = nil
        try finish(current)
    }

    /// Whether a wait takes the version of the message. A message of another major version becomes a dead letter.
    /// An instance whose wait cannot be read is parked, and the message goes to its mailbox.
    private func takes(_ wait: WaitRow, _ delivery: inout Delivery) throws -> Bool {
        let version = delivery.record.envelope.version
        if wait.version.isMalformed || wait.version.accepts(version) { return true }
        if wait.version.major == version.major {
            kernel.core.counters.ignoredVersions.increment()
        } else {
            let concern = "\(wait.process):wait"
            let reason = "'\(wait.process)' waits for '\(wait.type)' since \(wait.version), not \(version)"
            if !delivery.refusals.contains(where: { $0.concern == concern }) {
                delivery.refusals.append((concern, reason))
            }
            delivery.matched.insert(wait.process)
        }
        return false
    }

    /// The next chunk of waits for a message under a key. It ends between two instances, so that a wait which an
    /// instance begins when it is resumed is not taken for a further one.
    private func nextWaits(for current: Delivery, key: String) throws -> (rows: [WaitRow], isLast: Bool) {
        let chunk = kernel.core.configuration.fanOutChunk
        var limit = chunk
        while true {
            // One row more than fits tells whether this chunk is the last one.
            let rows = try waits(for: current, key: key, limit: limit + 1)
            guard rows.count > limit else { return (rows, true) }
            if rows[limit].instance != rows[limit - 1].instance { return (Array(rows.prefix(limit)), false) }
            limit += chunk
        }
    }

    /// The waits for a message under one key: live instances know theirs, the store knows the others'.
    private func waits(for current: Delivery, key: String, limit: Int) throws -> [WaitRow] {
        let (type, cursor) = (current.record.envelope.name, current.cursor)
        func isAhead(_ row: WaitRow) -> Bool { (row.instance, row.seq) > (cursor.instance, cursor.seq) }
        func isEarlier(_ left: WaitRow, _ right: WaitRow) -> Bool {
            (left.instance, left.seq) < (right.instance, right.seq)
        }
        var stored: [WaitRow] = []
        var from = cursor
        while stored.count < limit {
            let page = try kernel.reader.waits(
                component: kernel.component, type: type, key: key, admitting: current.admitting, after: from,
                limit: limit)
            stored += page.filter { instances[$0.instance] == nil }
            guard page.count == limit, let last = page.last else { break }
            from = OperationID(instance: last.instance, seq: last.seq)
        }
        let inMemory = instances.live.waits(for: WaitKey(type: type, key: key)).filter {
            $0.after < current.admitting && isAhead($0)
        }
        return Array((stored + inMemory).sorted(by: isEarlier).prefix(limit))
    }

    /// Ends a delivery when all waits have been resumed: starts, keyed instances, and what nobody waited for.
    private func finish(_ delivery: Delivery) throws {
        var delivery = delivery
        for receiver in delivery.receivers { try receive(receiver, delivery) }
        for entry in delivery.unmatched where try !wasMatched(entry, in: delivery) { try unmet(entry, &delivery) }
        let record = delivery.record
        if let retried = delivery.retried {
            rerouted[record.position] = kernel.nextTicket
            kernel.write(
                .removeParked(subscription: kernel.subscription, key: retried.key, position: retried.position))
        } else {
            kernel.turn.positions.append(record.position)
            isFirstDelivery = false
        }
        if !delivery.refusals.isEmpty { try makeDeadLetter(delivery) }
    }

    /// Stores in `inbox`, once for each process and before the last commit, which processes had a wait for the message.
    /// A delivery that is continued after a crash does not find those waits any more.
    private func noteMatched(in delivery: inout Delivery) throws {
        let now = kernel.now
        for entry in delivery.unmatched where entry.policy != .ignore && delivery.matched.contains(entry.process) {
            guard delivery.noted.insert(entry.process).inserted, try !isNoted(entry, in: delivery) else { continue }
            let forgotten = now.advanced(by: .zero - kernel.core.configuration.inboxMemory)
            kernel.turn.unit.writes += [
                .trimInbox(before: forgotten, limit: LogRetention.chunk),
                .putInbox(
                    subscription: "\(kernel.subscription)/\(entry.process)", message: delivery.record.envelope.id,
                    at: now),
            ]
        }
    }

    private func wasMatched(_ entry: Delivery.Unmatched, in delivery: Delivery) throws -> Bool {
        if delivery.matched.contains(entry.process) { return true }
        return try entry.policy != .ignore && isNoted(entry, in: delivery)
    }

    private func isNoted(_ entry: Delivery.Unmatched, in delivery: Delivery) throws -> Bool {
        try kernel.reader.inboxContains(
            subscription: "\(kernel.subscription)/\(entry.process)", message: delivery.record.envelope.id)
    }

    /// Treats a message as its process declares for messages that nobody waits for: ignores it, buffers it, or makes it
    /// a dead letter.
    ///
    /// - Parameter instance: the only instance that may still get it, when others have had it already; `nil` for any.
    func unmet(_ entry: Delivery.Unmatched, _ delivery: inout Delivery, for instance: InstanceID? = nil) throws {
        kernel.core.counters.unmatched.increment()
        switch entry.policy {
        case .ignore:
            break
        case .bufferForInstance(let duration):
            let identity = InstanceKey(process: entry.process, key: entry.key)
            guard let owner = try instance ?? instances.findUnended(identity) else { break }
            reactor.buffer.put(delivery.record, for: entry, duration, instance: owner)
            housekeeping.plan()
        case .buffer(let duration):
            reactor.buffer.put(delivery.record, for: entry, duration, instance: instance)
            housekeeping.plan()
        case .deadLetter:
            let name = delivery.record.envelope.name
            delivery.refusals.append(
                (
                    entry.concern,
                    "no instance of '\(entry.process)' waits for '\(name)' with the key '\(entry.key)'"
                ))
        }
    }

    /// Makes a message a dead letter for the triggers that could not take it. No later message waits for it.
    func makeDeadLetter(_ delivery: Delivery) throws {
        let record = delivery.record
        var concerns = delivery.refusals.map(\.concern)
        let known = try delivery.retried == nil ? deadLetter(of: record) : nil
        if let others = known?.concerns {
            // An empty list stands for everybody.
            concerns = others.isEmpty ? [] : others + concerns.filter { !others.contains($0) }
        }
        comingDeadLetters[record.position] = (concerns, kernel.nextTicket)
        let reason = delivery.refusals.map(\.reason).reduce(into: [String]()) { reasons, reason in
            if !reasons.contains(reason) { reasons.append(reason) }
        }.joined(separator: "; ")
        kernel.core.counters.deadLettered.increment()
        kernel.turn.unit.writes += kernel.writes(
            forDeadLetter: record, delivery.retried ?? known, concerns: concerns, because: reason, cause: "deadLetter")
    }

    /// The row of a message that is a dead letter already, for other triggers, which still need it.
    private func deadLetter(of record: LogRecord) throws -> ParkedRow? {
        let isLeaving = rerouted[record.position].map { $0 > kernel.committedTicket } ?? false
        let row =
            try isLeaving
            ? nil
            : kernel.reader.parked(
                subscription: kernel.subscription, key: record.envelope.subject, after: record.position - 1, limit: 1
            ).first { $0.position == record.position }
        guard let coming = comingDeadLetters[record.position] else { return row }
        var known =
            row
            ?? ParkedRow(
                subscription: kernel.subscription, key: record.envelope.subject, position: record.position,
                state: .deadLetter, at: kernel.now)
        known.concerns = coming.concerns
        return known
    }

    /// Starts an instance, or hands the message to the one that is there.
    private func receive(_ receiver: Delivery.Receiver, _ delivery: Delivery) throws {
        let (definition, key) = (receiver.definition, receiver.key)
        if let existing = try instances.find(InstanceKey(process: definition.process, key: key)) {
            guard receiver.takes else { return kernel.core.counters.duplicates.increment() }
            return try reactor.deliver(.message(op: nil, delivery.delivered), to: existing)
        }
        guard receiver.creates else { return kernel.core.counters.unmatched.increment() }
        let envelope = delivery.record.envelope
        let row = InstanceRow(
            id: kernel.core.newInstanceID(), component: kernel.component, process: definition.process, key: key,
            version: definition.version, notation: definition.notation, shard: StableHash.shard(of: key),
            seed: Seed(of: definition.process, key: key, in: kernel.component, startedBy: envelope.id),
            correlationID: envelope.correlationID,
            trace: envelope.context.trace?.stored, user: envelope.context.user, startedAt: kernel.now)
        let instance = instances.begin(row, with: definition)
        let delivered = delivery.delivered
        try reactor.react(instance, receiver.takes ? .message(op: nil, delivered) : .start(delivered))
    }
}
