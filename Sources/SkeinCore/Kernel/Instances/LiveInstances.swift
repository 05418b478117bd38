import SkeinStorage

/// What the business knows an instance by: its process and its key.
struct InstanceKey: Hashable, Sendable {
    var process: String
    var key: String

    init(process: String, key: String) { (self.process, self.key) = (process, key) }

    init(_ row: InstanceRow) { self.init(process: row.process, key: row.key) }

    static func == (left: InstanceKey, right: InstanceKey) -> Bool {
        left.process == right.process && left.key.isSpelled(like: right.key)
    }
}

/// What an instance waits for: a message type and a correlation key.
struct WaitKey: Hashable {
    var type: MessageName
    var key: String

    init(type: MessageName, key: String) { (self.type, self.key) = (type, key) }

    init(_ wait: WaitRow) { self.init(type: wait.type, key: wait.key) }

    static func == (left: WaitKey, right: WaitKey) -> Bool {
        left.type == right.type && left.key.isSpelled(like: right.key)
    }
}

/// An instance in memory.
final class LiveInstance {
    var row: InstanceRow
    var machine: any Machine
    /// The seq of the newest journal entry.
    var journalSeq: Int64
    fileprivate(set) var waits: Set<WaitRow>
    /// The operations of scheduled activities whose rows are in memory.
    var activitySeqs: Set<Int64> = []
    var attributes: [String: String] = [:]
    /// The commit that holds the newest reaction; the instance may leave memory when that is durable.
    var ticket: UInt64 = 0
    /// Whether inputs in its mailbox come before new ones.
    var isCatchingUp = false
    /// When it was last used, for choosing what to put out of memory.
    fileprivate var lastUse: UInt64 = 0

    init(row: InstanceRow, machine: any Machine, journalSeq: Int64 = 0, waits: Set<WaitRow> = []) {
        (self.row, self.machine, self.journalSeq, self.waits) = (row, machine, journalSeq, waits)
    }

    var id: InstanceID { row.id }

    /// Whether it reacts to inputs at once; otherwise they go to its mailbox.
    var reacts: Bool { row.status == .running && !isCatchingUp }
}

/// The instances in memory, by id, by key and by what they wait for.
struct LiveInstances {
    private var instances: [InstanceID: LiveInstance] = [:]
    private var ids: [InstanceKey: InstanceID] = [:]
    private var waits: [WaitKey: [WaitRow]] = [:]
    /// Ended instances that are to leave memory, because their end is durable.
    private(set) var ended: Set<InstanceID> = []
    private var clock: UInt64 = 0
    /// When to search for idle instances next, in uses. A search costs in proportion to the instances in memory, so the
    /// pause between two searches grows with their number.
    private var nextSearch: UInt64 = 0

    var count: Int { instances.count }

    var all: [LiveInstance] { Array(instances.values) }

    subscript(id: InstanceID) -> LiveInstance? { instances[id] }

    func id(of key: InstanceKey) -> InstanceID? { ids[key] }

    /// The waits of live instances for a type and key.
    func waits(for key: WaitKey) -> [WaitRow] { waits[key] ?? [] }

    /// Takes an instance in: a new one, or one as the store has it.
    mutating func insert(_ instance: LiveInstance) {
        if instance.row.status.isEnded { ended.insert(instance.id) }
        clock += 1
        instance.lastUse = clock
        instances[instance.row.id] = instance
        ids[InstanceKey(instance.row)] = instance.row.id
        for wait in instance.waits { waits[WaitKey(wait), default: []].append(wait) }
    }

    /// The instance, if it is there; it counts as used now.
    mutating func use(_ id: InstanceID) -> LiveInstance? {
        clock += 1
        guard let instance = instances[id] else { return nil }
        instance.lastUse = clock
        return instance
    }

    mutating func remove(_ id: InstanceID) {
        ended.remove(id)
        guard let instance = instances.removeValue(forKey: id) else { return }
        ids[InstanceKey(instance.row)] = nil
        for wait in instance.waits {
            let key = WaitKey(wait)
            waits[key]?.removeAll { $0.instance == id }
            if waits[key]?.isEmpty == true { waits[key] = nil }
        }
    }

    mutating func add(_ wait: WaitRow, of instance: LiveInstance) {
        instance.waits.insert(wait)
        waits[WaitKey(wait), default: []].append(wait)
    }

    mutating func forget(_ wait: WaitRow, of instance: LiveInstance) {
        let key = WaitKey(wait)
        let known = instance.waits.first { $0.seq == wait.seq && WaitKey($0) == key }
        if let known { instance.waits.remove(known) }
        waits[key]?.removeAll { $0.instance == instance.id && $0.seq == wait.seq }
        if waits[key]?.isEmpty == true { waits[key] = nil }
    }

    /// The end of an instance is durable.
    mutating func markEnded(_ id: InstanceID) { ended.insert(id) }

    /// The idle instances that have to leave memory for the limit, least recently used first.
    mutating func idle(above limit: Int, isIdle: (LiveInstance) -> Bool) -> [LiveInstance] {
        guard count > limit, clock >= nextSearch else { return [] }
        let excess = count - limit * 9 / 10
        let found = instances.values.filter(isIdle).sorted { $0.lastUse < $1.lastUse }.prefix(excess)
        nextSearch = clock + UInt64(count / 10)
        return Array(found)
    }
}
