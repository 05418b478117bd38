/// The lanes of a subscription: one for each key with messages in memory, and the number of these messages.
///
/// Lanes change only through ``update(_:_:)``, so the counts are always those of the lanes, and idle lanes are gone. Do
/// not copy it: copies share their lanes.
struct LaneTable {
    /// A lane where it stays, with what it adds to the counts. A lane is not copied to be changed or looked at.
    private final class Entry {
        var lane: KeyLane
        var load = Load()

        init(_ lane: KeyLane) { self.lane = lane }
    }

    private var lanes: [StoredKey: Entry] = [:]
    /// How many messages are in memory, without parked ones.
    private(set) var queued = 0
    /// How many parked messages are in memory, to be tried.
    private(set) var tried = 0
    /// How many lanes a shutdown waits for.
    private(set) var busy = 0
    /// The shares of the handlers. All messages of a key take slots of the handlers of its first message, because that
    /// message decides how long the others wait.
    var shares: [HandlerShare]

    init(shares: [HandlerShare]) { self.shares = shares }

    /// How many keys have a lane.
    var count: Int { lanes.count }

    /// How many more messages may wait in memory, whichever handlers they are for.
    var freeSlots: Int { shares.reduce(0) { $0 + max(0, $1.queued.limit - $1.queued.taken) } }

    var isEmpty: Bool { lanes.isEmpty }

    subscript(key: String) -> KeyLane? { lanes[StoredKey(key)]?.lane }

    /// Looks at the lane of a key where it is.
    ///
    /// - Returns: `nil` when the key has no lane.
    func look<Result>(_ key: String, _ body: (KeyLane) -> Result) -> Result? {
        lanes[StoredKey(key)].map { body($0.lane) }
    }

    /// Changes the lane of a key where it is.
    ///
    /// - Returns: `nil` when the key has no lane.
    mutating func update<Result>(_ key: String, _ event: (inout KeyLane) -> Result) -> Result? {
        let key = StoredKey(key)
        guard let entry = lanes[key] else { return nil }
        return change(entry, key, event)
    }

    /// Changes the lane of a key, which is made where there is none.
    mutating func update<Result>(_ key: String, orMake lane: KeyLane, _ event: (inout KeyLane) -> Result) -> Result {
        let key = StoredKey(key)
        if let entry = lanes[key] { return change(entry, key, event) }
        let entry = Entry(lane)
        let result = event(&entry.lane)
        charge(entry)
        if !entry.lane.isIdle { lanes[key] = entry }
        return result
    }

    private mutating func change<Result>(
        _ entry: Entry, _ key: StoredKey, _ event: (inout KeyLane) -> Result
    ) -> Result {
        let result = event(&entry.lane)
        charge(entry)
        if entry.lane.isIdle { lanes[key] = nil }
        return result
    }

    /// What a lane adds to the counts of the table and to the shares of its handlers.
    private struct Load {
        var shares: [Int] = []
        var queued = 0
        var tried = 0
        var busy = 0

        init() {}

        init(_ lane: KeyLane) {
            shares = lane.current?.shares ?? []
            (queued, tried, busy) = (lane.queued, lane.isTrying ? 1 : 0, lane.isBusy ? 1 : 0)
        }
    }

    /// Counts what a lane has come to add.
    private mutating func charge(_ entry: Entry) {
        let (before, after) = (entry.load, Load(entry.lane))
        entry.load = after
        queued += after.queued - before.queued
        tried += after.tried - before.tried
        busy += after.busy - before.busy
        if before.shares == after.shares {
            charge(after.shares, queued: after.queued - before.queued, tried: after.tried - before.tried)
        } else {
            charge(before.shares, queued: -before.queued, tried: -before.tried)
            charge(after.shares, queued: after.queued, tried: after.tried)
        }
    }

    private mutating func charge(_ shares: [Int], queued: Int, tried: Int) {
        for share in shares {
            self.shares[share].queued.count(queued)
            self.shares[share].parked.count(tried)
        }
    }
}
