/// The keys of a subscription that have messages in hand, and how many messages these are.
///
/// Lanes change only through ``update(_:_:)``, so the counts are always those of the lanes.
struct LaneTable {
    private var lanes: [String: KeyLane] = [:]
    /// How many messages are in memory, without parked ones.
    private(set) var queued = 0
    /// How many parked messages are in memory, to be tried.
    private(set) var tried = 0
    /// How many lanes a shutdown waits for.
    private(set) var busy = 0

    var count: Int { lanes.count }
    var isEmpty: Bool { lanes.isEmpty }

    subscript(key: String) -> KeyLane? { lanes[key] }

    /// Changes the lane of a key where it is.
    ///
    /// - Returns: `nil` when the key has no lane.
    mutating func update<Result>(_ key: String, _ event: (inout KeyLane) -> Result) -> Result? {
        guard let index = lanes.index(forKey: key) else { return nil }
        count(lanes.values[index], -1)
        defer { count(lanes.values[index], 1) }
        return event(&lanes.values[index])
    }

    /// Changes the lane of a key, which is made where there is none.
    mutating func update<Result>(_ key: String, orMake lane: KeyLane, _ event: (inout KeyLane) -> Result) -> Result {
        if let result = update(key, event) { return result }
        var lane = lane
        let result = event(&lane)
        lanes[key] = lane
        count(lane, 1)
        return result
    }

    mutating func remove(_ key: String) {
        if let lane = lanes.removeValue(forKey: key) { count(lane, -1) }
    }

    private mutating func count(_ lane: KeyLane, _ sign: Int) {
        queued += sign * lane.queued
        if lane.isTrying { tried += sign }
        if lane.isBusy { busy += sign }
    }
}
