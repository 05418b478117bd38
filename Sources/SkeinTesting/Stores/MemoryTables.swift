public import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The content of a ``MemoryStore``, as a ``MemoryEnlistment`` or a transaction sees and changes it.
public struct MemoryTables: Sendable {
    var records: [LogRecord] = []
    var places: [OrderedKey: Int64] = [:]
    /// The highest position that was trimmed.
    var trimmed: Int64 = 0
    var high = HighWater()
    var positions: [OrderedKey: PositionRow] = [:]

    var instances = SortedTable<InstanceRow>()
    var instanceKeys = SortedTable<InstanceID>()
    var instanceStatuses = SortedTable<OrderedKey>()
    var journals = SortedTable<JournalRow>()
    var waits = SortedTable<WaitRow>()
    var instanceWaits = SortedTable<OrderedKey>()
    var timers = SortedTable<TimerRow>()
    var instanceTimers = SortedTable<OrderedKey>()
    var activities = SortedTable<ActivityRow>()
    var scheduledActivities = SortedTable<OrderedKey>()
    var mailboxes = SortedTable<MailboxRow>()
    var componentMailboxes = SortedTable<OrderedKey>()
    var instanceMailboxes = SortedTable<OrderedKey>()
    var incidents = SortedTable<IncidentRow>()
    var openIncidents = SortedTable<OrderedKey>()
    var instanceIncidents = SortedTable<OrderedKey>()
    var parked = SortedTable<ParkedRow>()
    var parkedInLine = SortedTable<OrderedKey>()
    var dueParked = SortedTable<OrderedKey>()
    var buffered = SortedTable<BufferedRow>()
    var bufferedExpiries = SortedTable<OrderedKey>()
    var inbox = SortedTable<Timestamp>()
    var inboxTimes = SortedTable<OrderedKey>()
    var definitions = SortedTable<DefinitionRow>()
    var suspended = SortedTable<String>()
    var catalogue = SortedTable<CatalogueRow>()
    var channels = SortedTable<ChannelRow>()
    var sourcePlaces = SortedTable<SourcePlaceRow>()
    var values = SortedTable<any Sendable>()

    /// How to take back what the open transaction has done, newest last.
    private var undo: [@Sendable (inout MemoryTables) -> Void] = []
    /// What the enlistments of the unit, or the transaction, in progress have appended.
    var appended: [LogRecord] = []

    /// A value of the user's own that is committed and rolled back with the rest.
    public subscript(name: String) -> (any Sendable)? {
        get { values[OrderedKey(name)] }
        set { set(\.values, OrderedKey(name), newValue) }
    }

    /// Publishes a message with the transaction, unless its id is in the log already.
    @discardableResult
    public mutating func append(_ outgoing: Outgoing) -> LogRecord? {
        guard let record = insert(outgoing) else { return nil }
        appended.append(record)
        return record
    }

    mutating func insert(_ outgoing: Outgoing) -> LogRecord? {
        let id = OrderedKey(outgoing.envelope.metadata.id.rawValue)
        let trimmed = OrderedKey(LogTrim.subscription, outgoing.envelope.metadata.id.rawValue)
        guard places[id] == nil, inbox[trimmed] == nil else { return nil }
        let position = high.position + 1
        let record = LogRecord(
            position: position, envelope: outgoing.envelope, value: outgoing.value, origin: outgoing.origin)
        // What is read later comes from storage, which keeps no decoded values.
        records.append(LogRecord(position: position, envelope: outgoing.envelope, origin: outgoing.origin))
        places[id] = position
        raise(\.position, to: position)
        undo.append { tables in
            tables.records.removeLast()
            tables.places[id] = nil
        }
        return record
    }
}

// Changing and taking back.
extension MemoryTables {
    /// A place to which ``rollback(to:)`` can return.
    var savepoint: Int { undo.count }

    mutating func rollback(to savepoint: Int) {
        while undo.count > savepoint {
            let step = undo.removeLast()
            step(&self)
        }
    }

    /// Takes note of how to take back what has just been done.
    mutating func restore(_ step: @escaping @Sendable (inout MemoryTables) -> Void) { undo.append(step) }

    mutating func commit() { undo.removeAll(keepingCapacity: true) }

    mutating func set<Row: Sendable>(
        _ table: any WritableKeyPath<MemoryTables, SortedTable<Row>> & Sendable, _ key: OrderedKey, _ row: Row?
    ) {
        let old = self[keyPath: table].update(key, row)
        undo.append { $0[keyPath: table].update(key, old) }
    }

    mutating func set(_ row: PositionRow) {
        let key = OrderedKey(row.subscription)
        let old = positions.updateValue(row, forKey: key)
        undo.append { $0.positions[key] = old }
    }

    mutating func removePosition(_ key: OrderedKey) {
        let old = positions.removeValue(forKey: key)
        undo.append { $0.positions[key] = old }
    }

    mutating func raise<ID: Comparable & Sendable>(
        _ id: any WritableKeyPath<HighWater, ID> & Sendable, to value: ID
    ) {
        let old = high[keyPath: id]
        guard value > old else { return }
        high[keyPath: id] = value
        undo.append { $0.high[keyPath: id] = old }
    }
}
