public import SkeinStorage
import SkeinCore

extension MemoryTables {
    /// Applies a change of rows.
    ///
    /// - Throws: `StoreError` with code `failed` for a second instance with the same key, or a journal entry that is
    ///   there.
    public mutating func apply(_ write: StoreWrite) throws {
        switch write {
        case .putInstance(let row): try put(row)
        case .appendJournal(let row):
            let key = OrderedKey(row.instance, row.seq)
            guard journals[key] == nil else {
                throw StoreError(.failed, "the journal of instance \(row.instance) has an entry \(row.seq) already")
            }
            set(\.journals, key, row)
        case .truncateJournal(let instance, let through):
            for row in journals.rows(OrderedKey(instance)) where row.seq <= through {
                set(\.journals, OrderedKey(instance, row.seq), nil)
            }
        case .putWait(let row): put(row, row)
        case .removeWait(let row): put(row, nil)
        case .putTimer(let row): put(row, row)
        case .removeTimer(let row): put(row, nil)
        case .putActivity(let row): put(row, instance: row.instance, seq: row.seq)
        case .removeActivity(let instance, let seq): put(nil, instance: instance, seq: seq)
        case .putMailbox(let row):
            raise(\.mailbox, to: row.seq)
            put(row, seq: row.seq)
        case .removeMailbox(let seq): put(nil, seq: seq)
        case .putIncident(let row): put(row)
        case .updateIncident(let id, let error, let nextAttempt):
            change(openIncident: id) { ($0.error, $0.nextAttempt) = (error, nextAttempt) }
        case .resolveIncident(let id, let at, let resolution):
            change(openIncident: id) { ($0.resolvedAt, $0.resolution) = (at, resolution) }
        case .putParked(let row): put(parked: row, OrderedKey(row.subscription, row.key, row.position))
        case .removeParked(let subscription, let key, let position):
            put(parked: nil, OrderedKey(subscription, key, position))
        case .putBuffered(let row): put(row, row)
        case .removeBuffered(let row): put(row, nil)
        case .putInbox(let subscription, let message, let at):
            put(inbox: OrderedKey(subscription, message.rawValue), at)
        case .trimInbox(let before, let limit):
            for key in inboxTimes.rows(after: OrderedKey(), before: OrderedKey(before), limit: limit) {
                put(inbox: key, nil)
            }
        case .trimLog(let trim): self.trim(trim)
        case .putDefinition(let row):
            set(\.definitions, OrderedKey(row.component, row.process, Int64(row.version)), row)
        case .removeInstance(let id): removeInstance(id)
        case .suspendSystem(let system, _): set(\.suspended, OrderedKey(system), system)
        case .resumeSystem(let system): set(\.suspended, OrderedKey(system), nil)
        case .putCatalogue(let component, let description):
            let row = CatalogueRow(component: component, description: description)
            set(\.catalogue, OrderedKey(component), row)
        case .putChannel(let name, let description):
            set(\.channels, OrderedKey(name), ChannelRow(name: name, description: description))
        case .removeChannel(let name): set(\.channels, OrderedKey(name), nil)
        case .removePosition(let subscription): removePosition(OrderedKey(subscription))
        case .putSourcePlace(let row):
            set(\.sourcePlaces, OrderedKey(row.channel, row.topic, Int64(row.partition)), row)
        case .removeSourcePlaces(let channel, let topic):
            for row in sourcePlaces.rows(OrderedKey(channel, topic)) {
                set(\.sourcePlaces, OrderedKey(channel, topic, Int64(row.partition)), nil)
            }
        }
    }

    private mutating func put(parked row: ParkedRow?, _ key: OrderedKey) {
        func place(_ row: ParkedRow) -> OrderedKey? {
            row.nextAt.map { OrderedKey(row.subscription, $0, row.key, row.position) }
        }
        if let old = parked[key].flatMap(place) { set(\.dueParked, old, nil) }
        if let new = row.flatMap(place) { set(\.dueParked, new, key) }
        set(\.parked, key, row)
        set(\.parkedInLine, key, row.map { $0.state == .deadLetter } ?? true ? nil : key)
    }

    private mutating func put(_ row: InstanceRow) throws {
        let name = OrderedKey(row.component, row.process, row.key)
        if let other = instanceKeys[name], other != row.id {
            throw StoreError(
                .failed,
                "instance \(other) of \(row.process) has the key '\(row.key)' already, \(row.id) cannot have it")
        }
        let key = OrderedKey(row.id)
        if let old = instances[key] {
            set(\.instanceKeys, OrderedKey(old.component, old.process, old.key), nil)
            set(\.instanceStatuses, OrderedKey(old.component, old.status.rawValue, old.id), nil)
        }
        raise(\.instance, to: row.id)
        set(\.instances, key, row)
        set(\.instanceKeys, name, row.id)
        set(\.instanceStatuses, OrderedKey(row.component, row.status.rawValue, row.id), key)
    }

    private mutating func put(_ row: IncidentRow) {
        raise(\.incident, to: row.id)
        if let instance = incidents[OrderedKey(row.id)]?.instance {
            set(\.instanceIncidents, OrderedKey(instance, row.id), nil)
        }
        set(\.incidents, OrderedKey(row.id), row)
        if let instance = row.instance {
            set(\.instanceIncidents, OrderedKey(instance, row.id), OrderedKey(row.id))
        }
        set(\.openIncidents, OrderedKey(row.id), row.resolvedAt == nil ? OrderedKey(row.id) : nil)
    }

    private mutating func change(openIncident id: IncidentID, _ change: (inout IncidentRow) -> Void) {
        guard var row = incidents[OrderedKey(id)], row.resolvedAt == nil else { return }
        change(&row)
        put(row)
    }

    private mutating func removeInstance(_ id: InstanceID) {
        for row in journals.rows(OrderedKey(id)) { set(\.journals, OrderedKey(id, row.seq), nil) }
        for key in instanceIncidents.rows(OrderedKey(id)) {
            guard let incident = incidents[key] else { continue }
            set(\.incidents, key, nil)
            set(\.openIncidents, key, nil)
            set(\.instanceIncidents, OrderedKey(id, incident.id), nil)
        }
        guard let row = instances[OrderedKey(id)] else { return }
        set(\.instanceKeys, OrderedKey(row.component, row.process, row.key), nil)
        set(\.instanceStatuses, OrderedKey(row.component, row.status.rawValue, id), nil)
        set(\.instances, OrderedKey(id), nil)
    }

    private mutating func put(_ identity: WaitRow, _ row: WaitRow?) {
        let key = OrderedKey(identity.component, identity.type, identity.key, identity.instance, identity.seq)
        set(\.waits, key, row)
        let index = OrderedKey(identity.instance, identity.seq, identity.type, identity.key, identity.component)
        set(\.instanceWaits, index, row.map { _ in key })
    }

    private mutating func put(_ identity: TimerRow, _ row: TimerRow?) {
        let key = OrderedKey(identity.component, identity.due, identity.instance, identity.seq)
        set(\.timers, key, row)
        let index = OrderedKey(identity.instance, identity.due, identity.seq, identity.component)
        set(\.instanceTimers, index, row.map { _ in key })
    }

    private mutating func put(_ row: ActivityRow?, instance: InstanceID, seq: Int64) {
        let key = OrderedKey(instance, seq)
        func place(_ row: ActivityRow) -> OrderedKey? {
            row.nextAt.map { OrderedKey(row.component, row.system, $0, instance, seq) }
        }
        if let old = activities[key].flatMap(place) { set(\.scheduledActivities, old, nil) }
        set(\.activities, key, row)
        if let new = row.flatMap(place) { set(\.scheduledActivities, new, key) }
    }

    private mutating func put(_ row: MailboxRow?, seq: Int64) {
        let key = OrderedKey(seq)
        if let old = mailboxes[key] {
            set(\.componentMailboxes, OrderedKey(old.component, seq), nil)
            set(\.instanceMailboxes, OrderedKey(old.instance, seq), nil)
        }
        set(\.mailboxes, key, row)
        guard let row else { return }
        set(\.componentMailboxes, OrderedKey(row.component, seq), key)
        set(\.instanceMailboxes, OrderedKey(row.instance, seq), key)
    }

    private mutating func put(_ identity: BufferedRow, _ row: BufferedRow?) {
        let component = identity.component
        let key = OrderedKey(component, identity.process, identity.type, identity.key, identity.position)
        if let old = buffered[key] {
            set(\.bufferedExpiries, OrderedKey(component, old.expires).followed(by: key), nil)
        }
        set(\.buffered, key, row)
        if let row { set(\.bufferedExpiries, OrderedKey(component, row.expires).followed(by: key), key) }
    }

    mutating func put(inbox key: OrderedKey, _ at: Timestamp?) {
        if let old = inbox[key] { set(\.inboxTimes, Self.timeKey(old, key), nil) }
        set(\.inbox, key, at)
        if let at { set(\.inboxTimes, Self.timeKey(at, key), key) }
    }

    private static func timeKey(_ at: Timestamp, _ key: OrderedKey) -> OrderedKey {
        OrderedKey(at).followed(by: key)
    }
}
