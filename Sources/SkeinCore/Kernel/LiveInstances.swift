/// An instance's identity for the business.
struct InstanceKey: Hashable, Sendable {
    var process: String
    var key: String

    init(process: String, key: String) { (self.process, self.key) = (process, key) }

    init(_ row: InstanceRow) { self.init(process: row.process, key: row.key) }
}

/// What is awaited.
struct WaitKey: Hashable {
    var type: MessageName
    var key: String

    init(type: MessageName, key: String) { (self.type, self.key) = (type, key) }

    init(_ wait: WaitRow) { self.init(type: wait.type, key: wait.key) }
}

/// An instance in memory.
struct LiveInstance {
    var row: InstanceRow
    var machine: any Machine
    /// The seq of the newest journal entry.
    var journalSeq: Int64
    var waits: Set<WaitRow> = []
    /// The operations of scheduled activities whose rows are in memory.
    var activitySeqs: Set<Int64> = []
    var attributes: [String: String]
    /// The commit that holds the newest reaction; the instance may leave memory when that is durable.
    var ticket: UInt64 = 0
    /// Whether inputs in its mailbox come before new ones.
    var isCatchingUp = false
    /// When it was last used, for choosing what to put out of memory.
    var lastUse: UInt64 = 0
}

/// The instances in memory, by id, by key and by what they wait for.
struct LiveInstances {
    private var instances: [Int64: LiveInstance] = [:]
    private var ids: [InstanceKey: Int64] = [:]
    private var waits: [WaitKey: [WaitRow]] = [:]
    /// Ended instances whose last commit is durable, to leave memory.
    private(set) var ended: Set<Int64> = []
    private var clock: UInt64 = 0
    /// The time of the next search for idle ones, which costs as much as there are: in the meantime the clock goes on
    /// by a part of that number.
    private var nextSearch: UInt64 = 0

    var count: Int { instances.count }

    var all: [LiveInstance] { Array(instances.values) }

    subscript(id: Int64) -> LiveInstance? {
        get { instances[id] }
        _modify { yield &instances[id] }
    }

    func id(of key: InstanceKey) -> Int64? { ids[key] }

    /// The waits of live instances for a type and key.
    func waits(for key: WaitKey) -> [WaitRow] { waits[key] ?? [] }

    mutating func insert(_ instance: LiveInstance) {
        clock += 1
        var instance = instance
        instance.lastUse = clock
        instances[instance.row.id] = instance
        ids[InstanceKey(instance.row)] = instance.row.id
        for wait in instance.waits { waits[WaitKey(wait), default: []].append(wait) }
    }

    /// - Returns: whether the instance is there.
    mutating func use(_ id: Int64) -> Bool {
        clock += 1
        guard instances[id] != nil else { return false }
        instances[id]?.lastUse = clock
        return true
    }

    mutating func remove(_ id: Int64) {
        ended.remove(id)
        guard let instance = instances.removeValue(forKey: id) else { return }
        ids[InstanceKey(instance.row)] = nil
        for wait in instance.waits {
            let key = WaitKey(wait)
            waits[key]?.removeAll { $0.instance == id }
            if waits[key]?.isEmpty == true { waits[key] = nil }
        }
    }

    mutating func add(_ wait: WaitRow, of id: Int64) {
        instances[id]?.waits.insert(wait)
        waits[WaitKey(wait), default: []].append(wait)
    }

    mutating func forget(_ wait: WaitRow, of id: Int64) {
        let known = instances[id]?.waits.first { $0.seq == wait.seq && $0.type == wait.type && $0.key == wait.key }
        if let known { instances[id]?.waits.remove(known) }
        let key = WaitKey(wait)
        waits[key]?.removeAll { $0.instance == id && $0.seq == wait.seq }
        if waits[key]?.isEmpty == true { waits[key] = nil }
    }

    /// Takes note of an instance that has ended, for good.
    mutating func markEnded(_ id: Int64) { ended.insert(id) }

    /// Those that should leave memory to keep the number within a limit, least recently used first.
    mutating func idle(above limit: Int, isIdle: (LiveInstance) -> Bool) -> [LiveInstance] {
        guard count > limit, clock >= nextSearch else { return [] }
        let excess = count - limit * 9 / 10
        let found = instances.values.filter(isIdle).sorted { $0.lastUse < $1.lastUse }.prefix(excess)
        nextSearch = clock + UInt64(count / 10)
        return Array(found)
    }
}
