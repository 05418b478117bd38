import SkeinStorage
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import SkeinCore

/// Reads a ``MemoryStore``, in the order and within the limits that every store keeps.
final class MemoryReader: StoreReader {
    private let store: MemoryStore

    init(store: MemoryStore) { self.store = store }

    private func read<Value: Sendable>(_ body: (MemoryTables) -> Value) throws -> Value {
        try store.read("read", body)
    }

    func highWater() throws -> HighWater { try read(\.high) }

    func records(after position: Int64, limit: Int) throws -> [LogRecord] {
        try read { tables in
            let start = Self.index(after: position, in: tables.records)
            return Array(tables.records[start...].prefix(limit))
        }
    }

    func record(at position: Int64) throws -> LogRecord? {
        try records(after: position - 1, limit: 1).first { $0.position == position }
    }

    func record(id: MessageID) throws -> LogRecord? {
        guard let position = try read({ $0.places[OrderedKey(id.rawValue)] }) else { return nil }
        return try record(at: position)
    }

    private static func index(after position: Int64, in records: [LogRecord]) -> Int {
        var (low, high) = (0, records.count)
        while low < high {
            let middle = (low + high) / 2
            if records[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func trimmedPosition() throws -> Int64 { try read(\.trimmed) }

    func logHolds() throws -> [LogHold] { try read { $0.logHolds() } }

    func oldestInbox() throws -> Timestamp? {
        try read { tables in
            tables.inboxTimes.rows(after: OrderedKey(), before: OrderedKey().end, limit: 1).first
                .flatMap { tables.inbox[$0] }
        }
    }

    func position(of subscription: String) throws -> PositionRow? {
        try read { $0.positions[OrderedKey(subscription)] }
    }

    func inboxContains(subscription: String, message: MessageID) throws -> Bool {
        try read { $0.inbox[OrderedKey(subscription, message.rawValue)] != nil }
    }
}

// Instances and what belongs to them.
extension MemoryReader {
    func instance(_ id: InstanceID) throws -> InstanceRow? { try read { $0.instances[OrderedKey(id)] } }

    func instance(component: String, process: String, key: String) throws -> InstanceRow? {
        try read { tables in
            tables.instanceKeys[OrderedKey(component, process, key)].flatMap { tables.instances[OrderedKey($0)] }
        }
    }

    func instances(component: String, status: InstanceStatus, after id: InstanceID, limit: Int) throws -> [InstanceRow]
    {
        try read { tables in
            let prefix = OrderedKey(component, status.rawValue)
            let start = OrderedKey(component, status.rawValue, id)
            return tables.instanceStatuses.rows(after: start, before: prefix.end, limit: limit)
                .compactMap { tables.instances[$0] }
        }
    }

    func journal(of instance: InstanceID, after seq: Int64, limit: Int) throws -> [JournalRow] {
        try read {
            $0.journals.rows(after: OrderedKey(instance, seq), before: OrderedKey(instance).end, limit: limit)
        }
    }

    func waits(
        component: String, type: MessageName, key: String, admitting position: Int64, after cursor: OperationID,
        limit: Int
    ) throws -> [WaitRow] {
        try read {
            $0.waits.rows(
                after: OrderedKey(component, type, key, cursor.instance, cursor.seq),
                before: OrderedKey(component, type, key).end, limit: limit, where: { $0.after < position })
        }
    }

    func waits(of instance: InstanceID) throws -> [WaitRow] {
        try read { tables in tables.instanceWaits.rows(OrderedKey(instance)).compactMap { tables.waits[$0] } }
    }

    func waitTypes(component: String) throws -> [MessageName] {
        try read { tables in
            var types: [MessageName] = []
            var start = OrderedKey(component)
            while let wait = tables.waits.rows(after: start, before: OrderedKey(component).end, limit: 1).first {
                types.append(wait.type)
                start = OrderedKey(component, wait.type).end
            }
            return types
        }
    }

    func timers(component: String, after cursor: DueCursor, due: Timestamp, limit: Int) throws -> [TimerRow] {
        try read {
            $0.timers.rows(
                after: OrderedKey(component, cursor.due, cursor.instance, cursor.seq),
                before: OrderedKey(component, due).end, limit: limit)
        }
    }

    func timers(of instance: InstanceID) throws -> [TimerRow] {
        try read { tables in tables.instanceTimers.rows(OrderedKey(instance)).compactMap { tables.timers[$0] } }
    }

    func activitySystems(component: String) throws -> [String] {
        try read { tables in
            var systems: [String] = []
            var start = OrderedKey(component)
            let end = start.end
            while let key = tables.scheduledActivities.rows(after: start, before: end, limit: 1).first,
                let row = tables.activities[key]
            {
                systems.append(row.system)
                start = OrderedKey(component, row.system).end
            }
            return systems
        }
    }

    func scheduledActivities(
        component: String, system: String, after cursor: DueCursor, limit: Int
    ) throws -> [ActivityRow] {
        try read { tables in
            tables.scheduledActivities.rows(
                after: OrderedKey(component, system, cursor.due, cursor.instance, cursor.seq),
                before: OrderedKey(component, system).end, limit: limit
            ).compactMap { tables.activities[$0] }
        }
    }

    func activities(of instance: InstanceID) throws -> [ActivityRow] {
        try read { $0.activities.rows(OrderedKey(instance)) }
    }

    func mailbox(component: String, after seq: Int64, limit: Int) throws -> [MailboxRow] {
        try read { tables in
            tables.componentMailboxes.rows(
                after: OrderedKey(component, seq), before: OrderedKey(component).end, limit: limit
            ).compactMap { tables.mailboxes[$0] }
        }
    }

    func mailbox(of instance: InstanceID, after seq: Int64, limit: Int) throws -> [MailboxRow] {
        try read { tables in
            tables.instanceMailboxes.rows(
                after: OrderedKey(instance, seq), before: OrderedKey(instance).end, limit: limit
            ).compactMap { tables.mailboxes[$0] }
        }
    }
}

// What is parked, buffered or deployed.
extension MemoryReader {
    func parked(subscription: String, key: String, after position: Int64, limit: Int) throws -> [ParkedRow] {
        try read {
            $0.parked.rows(
                after: OrderedKey(subscription, key, position), before: OrderedKey(subscription, key).end, limit: limit)
        }
    }

    func parked(subscription: String, after place: ParkedCursor?, limit: Int) throws -> [ParkedRow] {
        let start = place.map { OrderedKey(subscription, $0.key, $0.position) } ?? OrderedKey(subscription)
        return try read { $0.parked.rows(after: start, before: OrderedKey(subscription).end, limit: limit) }
    }

    func parkedHeads(subscription: String, after key: String?, limit: Int) throws -> [ParkedRow] {
        try read { tables in
            var heads: [ParkedRow] = []
            let end = OrderedKey(subscription).end
            var start = key.map { OrderedKey(subscription, $0).end } ?? OrderedKey(subscription)
            while heads.count < limit, let place = tables.parkedInLine.rows(after: start, before: end, limit: 1).first,
                let head = tables.parked[place]
            {
                heads.append(head)
                start = OrderedKey(subscription, head.key).end
            }
            return heads
        }
    }

    func parkedHead(subscription: String, key: String, after position: Int64) throws -> ParkedRow? {
        try read { tables in
            let place = tables.parkedInLine.rows(
                after: OrderedKey(subscription, key, position), before: OrderedKey(subscription, key).end, limit: 1)
            return place.first.flatMap { tables.parked[$0] }
        }
    }

    func parkedDue(subscription: String, after cursor: ParkedDueCursor, limit: Int) throws -> [ParkedRow] {
        try read { tables in
            tables.dueParked.rows(
                after: OrderedKey(subscription, cursor.due, cursor.key).end, before: OrderedKey(subscription).end,
                limit: limit
            ).compactMap { tables.parked[$0] }
        }
    }

    func buffered(
        component: String, process: String, type: MessageName, key: String, after position: Int64, now: Timestamp,
        limit: Int
    ) throws -> [BufferedRow] {
        try read { tables in
            let rows = tables.buffered.rows(OrderedKey(component, process, type, key))
            return Array(rows.lazy.filter { $0.expires > now && $0.position > position }.prefix(limit))
        }
    }

    func expiredBuffered(component: String, now: Timestamp, limit: Int) throws -> [BufferedRow] {
        try read { tables in
            let rows = tables.bufferedExpiries.rows(OrderedKey(component)).compactMap { tables.buffered[$0] }
            return Array(rows.lazy.filter { $0.expires <= now }.prefix(limit))
        }
    }

    func incident(_ id: IncidentID) throws -> IncidentRow? { try read { $0.incidents[OrderedKey(id)] } }

    func openIncidents(after id: IncidentID, limit: Int) throws -> [IncidentRow] {
        try read { tables in
            tables.openIncidents.rows(after: OrderedKey(id), before: OrderedKey().end, limit: limit)
                .compactMap { tables.incidents[$0] }
        }
    }

    func openIncidents(cause: String, after id: IncidentID, limit: Int) throws -> [IncidentRow] {
        Array(try openIncidents(after: id, limit: .max).lazy.filter { $0.cause == cause }.prefix(limit))
    }

    func openIncidents(of instance: InstanceID) throws -> [IncidentRow] {
        try openIncidents(after: .min, limit: .max).filter { $0.instance == instance }
    }

    func openIncidents(subscription: String, key: String, position: Int64) throws -> [IncidentRow] {
        try openIncidents(after: .min, limit: .max).filter {
            $0.subscription == subscription && $0.key == key && $0.position == position
        }
    }

    func definitions() throws -> [DefinitionRow] { try read { $0.definitions.rows(OrderedKey()) } }
    func endedInstances(component: String, before time: Timestamp, limit: Int) throws -> [InstanceID] {
        try read { tables in
            let ended = tables.instances.rows(OrderedKey()).filter { row in
                row.component == component && row.endedAt.map { $0 < time } ?? false
            }
            return ended.sorted { ($0.endedAt ?? time, $0.id) < ($1.endedAt ?? time, $1.id) }.prefix(limit).map(\.id)
        }
    }
    func journalEnd(of instance: InstanceID) throws -> Int64 {
        try read { $0.journals.rows(OrderedKey(instance)).last?.seq ?? 0 }
    }
    func suspendedSystems() throws -> [String] { try read { $0.suspended.rows(OrderedKey()) } }
    func catalogue(of component: String) throws -> Data? {
        try read { $0.catalogue[OrderedKey(component)]?.description }
    }
    func catalogues(after component: String, limit: Int) throws -> [CatalogueRow] {
        try read { $0.catalogue.rows(after: OrderedKey(component), before: OrderedKey().end, limit: limit) }
    }
    func channels() throws -> [ChannelRow] { try read { $0.channels.rows(OrderedKey()) } }
    func sourcePlaces(channel: String) throws -> [SourcePlaceRow] {
        try read { $0.sourcePlaces.rows(OrderedKey(channel)) }
    }
}
