import SkeinStorage
internal import DequeModule

/// A scheduled activity that waits for its next attempt.
struct DueActivity: DueRow {
    var due: Timestamp
    var id: OperationID

    var place: DueCursor { DueCursor(due: due, instance: id.instance, seq: id.seq) }
}

/// The activities that wait for their next attempt, in one window for each outside system. So activities towards a
/// system that is down, however many, take neither memory nor turns from those towards other systems.
struct WaitingActivities {
    private struct System {
        var window: DueWindow<DueActivity>
        /// The activities that the circuit breaker refused, and that it calls back one by one.
        var refused: Set<OperationID> = []
    }

    private let limit: Int
    private let places: Int
    private var systems: [StoredKey: System] = [:]
    /// The systems in the order in which their turn comes.
    private var turns = Deque<String>()
    /// The system of each refused activity.
    private var refusing: [OperationID: String] = [:]

    /// - Parameters:
    ///   - limit: how many activities of one system are in memory.
    ///   - places: how many refused activities of one system wait in memory for it to let them in.
    init(limit: Int, places: Int) { (self.limit, self.places) = (limit, places) }

    /// How many rows to read at a time.
    var page: Int { max(1, limit / 2) }

    private mutating func change<Result>(_ name: String, _ body: (inout System) -> Result) -> Result {
        let key = StoredKey(name)
        if systems[key] == nil { turns.append(name) }
        return body(&systems[key, default: System(window: DueWindow(limit: limit))])
    }

    /// Takes in an activity; one without a next attempt is left out.
    mutating func insert(_ row: ActivityRow) {
        guard let due = row.nextAt else { return }
        let activity = DueActivity(due: due, id: row.operationID)
        change(row.system) { $0.window.insert(activity) }
    }

    /// The store may have activities towards a system, which have to be read.
    mutating func beginReading(_ system: String) { change(system) { $0.window.extend(with: [], isComplete: false) } }

    func readThrough(of system: String) -> DueCursor { systems[StoredKey(system)]?.window.readThrough ?? .start }

    /// Takes in what has been read from the store.
    mutating func extend(_ system: String, with rows: [ActivityRow], isComplete: Bool) {
        let due = rows.compactMap { row in
            row.nextAt.map { DueActivity(due: $0, id: row.operationID) }
        }
        change(system) { $0.window.extend(with: due, isComplete: isComplete) }
    }

    /// Whether more activities towards the system should be started: it has not refused as many as may wait for it.
    private func admits(_ system: System) -> Bool { system.refused.count < places }

    /// A system whose due activities may be in the store and not in memory.
    mutating func systemToRead(at now: Timestamp) -> String? {
        for name in turns {
            guard let system = systems[StoredKey(name)], admits(system), system.window.needsReading(at: now) else {
                continue
            }
            if !change(name, { $0.window.hasDue(at: now) }) { return name }
        }
        return nil
    }

    /// Whether an activity that may be started is due, as far as is known without the store.
    func hasDue(at now: Timestamp) -> Bool {
        systems.values.contains { admits($0) && $0.window.nextDue.map { $0 <= now } ?? false }
    }

    /// The next activity that is due, of each system in turn.
    mutating func next(at now: Timestamp) -> OperationID? {
        for _ in 0..<turns.count {
            let name = turns.removeFirst()
            turns.append(name)
            guard let system = systems[StoredKey(name)], admits(system) else { continue }
            if let due = change(name, { $0.window.takeDue(at: now, limit: 1).first }) { return due.id }
        }
        return nil
    }

    /// When to look again: the earliest time after `now` at which an activity is due or the store has to be read.
    func nextDue(after now: Timestamp) -> Timestamp? {
        systems.values.filter(admits).compactMap(\.window.nextDue).filter { $0 > now }.min()
    }

    /// The circuit breaker of a system has refused an activity, and will call it back.
    mutating func refused(_ id: OperationID, by system: String) {
        change(system) { _ = $0.refused.insert(id) }
        refusing[id] = system
    }

    /// The circuit breaker has called an activity back.
    mutating func readmitted(_ id: OperationID) {
        if let system = refusing.removeValue(forKey: id) { systems[StoredKey(system)]?.refused.remove(id) }
    }
}
