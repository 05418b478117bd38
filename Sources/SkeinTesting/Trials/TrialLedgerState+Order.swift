import SkeinStorage
import SkeinCore

/// What the ledger knows of one subscription of handlers or of a projection.
struct TrialSubscription {
    /// The positions of the messages still to be handled, ascending, by key.
    private(set) var open: [String: [Int64]] = [:]
    /// The key of every message that the subscription takes, by position.
    private(set) var keys: [Int64: String] = [:]
    private(set) var row: PositionRow?
    var parked: [Int64: ParkedRow] = [:]
    /// The positions of the messages that have been dead letters. They have no order: an operator decides when each is
    /// handled.
    var deadLetters: Set<Int64> = []

    mutating func expect(_ position: Int64, of key: String) {
        open[key, default: []].append(position)
        keys[position] = key
    }

    /// Marks a message as handled.
    ///
    /// - Returns: an earlier message of the same key that is still to be handled, which breaks the order.
    mutating func finish(_ position: Int64) -> Int64? {
        guard let key = keys[position], var rest = open[key], let index = rest.firstIndex(of: position) else {
            return nil
        }
        rest.remove(at: index)
        open[key] = rest.isEmpty ? nil : rest
        guard !deadLetters.contains(position) else { return nil }
        return rest[..<index].first { !deadLetters.contains($0) }
    }

    /// Moves the subscription to a place in the log.
    ///
    /// - Returns: the positions of the messages that the move marks as handled, ascending.
    mutating func move(to row: PositionRow) -> [Int64] {
        defer { self.row = row }
        let from = self.row
        return open.values.joined().filter { position in
            let isCovered = position <= row.position || row.hasCompleted(position)
            let wasCovered = from.map { position <= $0.position || $0.hasCompleted(position) } ?? false
            return isCovered && !wasCovered && parked[position] == nil
        }.sorted()
    }

    /// Opens every message again, for a projection that is rebuilt.
    mutating func rebuild(from row: PositionRow) {
        open = [:]
        for (position, key) in keys { open[key, default: []].append(position) }
        for key in open.keys { open[key]?.sort() }
        self.row = row
        (parked, deadLetters) = ([:], [])
    }
}

/// Checks of subscriptions: order per key, parked messages, and what is left at rest.
extension TrialLedgerState {
    /// Whether a place in the log differs from the last one of its subscription.
    func isNew(_ row: PositionRow) -> Bool {
        places[row.subscription].map { $0 != row } ?? (row.position > 0)
    }

    mutating func apply(_ row: PositionRow) {
        let name = row.subscription
        places[name] = row
        guard var subscription = subscriptions[name] ?? (interest.handlers[name] != nil ? .init() : nil) else { return }
        if let old = subscription.row, row.position < old.position {
            if row.version == old.version {
                violate(5, "the position of '\(name)' went back from \(old.position) to \(row.position)")
            }
            if let left = subscription.parked.keys.min() {
                violate(1, "'\(name)' is rebuilt while message \(left) is still parked, so it gets that message twice")
            }
            subscription.rebuild(from: row)
        }
        for position in subscription.move(to: row) { finish(position, in: &subscription, name) }
        subscriptions[name] = subscription
    }

    private mutating func finish(_ position: Int64, in subscription: inout TrialSubscription, _ name: String) {
        guard let earlier = subscription.finish(position) else { return }
        let key = subscription.keys[position] ?? ""
        violate(2, "'\(name)' handled message \(position) of the key '\(key)' before message \(earlier)")
    }

    mutating func park(_ row: ParkedRow) {
        let place = "\(row.subscription) \(row.position)"
        let forgotten = row.concerns.isEmpty ? [] : (concerns[place] ?? []).subtracting(row.concerns)
        if let left = forgotten.min() {
            violate(10, "message \(row.position), parked for '\(left)', is parked for \(row.concerns) alone")
        }
        concerns[place] = Set(row.concerns)
        switch row.state {
        case .skipped: interventions.skipped[row.subscription, default: []].insert(row.position)
        case .deadLetter: interventions.deadLetters[row.subscription, default: []].insert(row.position)
        case .retrying, .behind, .incident: break
        }
        guard let subscription = subscriptions[row.subscription] else { return }
        if let edited = subscription.parked[row.position]?.payload, row.payload != edited {
            violate(10, "an operator's edit of message \(row.position) is lost in '\(row.subscription)'")
        }
        subscriptions[row.subscription]?.parked[row.position] = row
        if row.state == .deadLetter { subscriptions[row.subscription]?.deadLetters.insert(row.position) }
    }

    mutating func removeParked(_ name: String, _ position: Int64) {
        concerns["\(name) \(position)"] = nil
        guard var subscription = subscriptions[name] else { return }
        subscription.parked[position] = nil
        if !commit.rebuilt.contains(name) { finish(position, in: &subscription, name) }
        subscriptions[name] = subscription
    }

    /// Checks that every subscription has reached the end of the log.
    mutating func checkPositions(reach logEnd: Int64) {
        for (name, subscription) in subscriptions.sorted(by: { $0.key < $1.key }) {
            if let place = subscription.row, place.position < logEnd {
                violate(10, "'\(name)' stays at position \(place.position); the log ends at \(logEnd)")
            }
        }
    }

    /// Checks that nothing is left that should have happened by a time at which nothing goes on.
    mutating func checkRest(at now: Timestamp) {
        for (name, subscription) in subscriptions.sorted(by: { $0.key < $1.key }) {
            let open = subscription.open.values.joined().filter { !subscription.deadLetters.contains($0) }
            if let first = open.min() {
                violate(10, "'\(name)' never handled message \(first) of '\(subscription.keys[first] ?? "")'")
            }
        }
        for row in instances.values.sorted(by: { $0.id < $1.id }) {
            let part = parts[row.id] ?? .init()
            if row.status == .running, let timer = part.timers.filter({ $0.due <= now }).min(by: { $0.due < $1.due }) {
                violate(7, "the timer of instance \(row.id) ('\(row.key)') that is due at \(timer.due) never fires")
            }
            if let entry = part.mailbox.values.min(by: { $0.seq < $1.seq }), !row.status.isEnded {
                violate(10, "instance \(row.id) ('\(row.key)') never took entry \(entry.seq) from its mailbox")
            }
            if row.status == .running, let activity = part.activities.values.first {
                violate(3, "activity '\(activity.name)' of instance \(row.id) ('\(row.key)') is never done")
            }
        }
    }
}
