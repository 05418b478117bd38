import SkeinCore

/// What a ledger keeps of one subscription of handlers.
struct TrialSubscription {
    /// By key, the messages of interest that are not done with, ascending.
    private(set) var open: [String: [Int64]] = [:]
    private(set) var keys: [Int64: String] = [:]
    private(set) var row: PositionRow?
    var parked: [Int64: ParkedRow] = [:]
    /// Messages that nobody could take, once; their turn is when an operator releases them.
    var deadLetters: Set<Int64> = []

    mutating func expect(_ position: Int64, of key: String) {
        open[key, default: []].append(position)
        keys[position] = key
    }

    /// A message is done with.
    ///
    /// - Returns: an earlier message of its key that is not.
    mutating func finish(_ position: Int64) -> Int64? {
        guard let key = keys[position], var rest = open[key], let index = rest.firstIndex(of: position) else {
            return nil
        }
        rest.remove(at: index)
        open[key] = rest.isEmpty ? nil : rest
        guard !deadLetters.contains(position) else { return nil }
        return rest[..<index].first { !deadLetters.contains($0) }
    }

    /// The messages of interest that a place in the log newly covers.
    mutating func move(to row: PositionRow) -> [Int64] {
        defer { self.row = row }
        let from = self.row
        return open.values.joined().filter { position in
            let isCovered = position <= row.position || row.hasCompleted(position)
            let wasCovered = from.map { position <= $0.position || $0.hasCompleted(position) } ?? false
            return isCovered && !wasCovered && parked[position] == nil
        }.sorted()
    }

    /// A rebuilt projection begins with the first message.
    mutating func restart(with row: PositionRow) {
        open = [:]
        for (position, key) in keys { open[key, default: []].append(position) }
        for key in open.keys { open[key]?.sort() }
        self.row = row
        (parked, deadLetters) = ([:], [])
    }
}

/// Order per key, and what is set aside.
extension TrialLedgerState {
    mutating func apply(_ row: PositionRow) {
        let name = row.subscription
        guard var subscription = subscriptions[name] ?? (interest.handlers[name] != nil ? .init() : nil) else { return }
        if let old = subscription.row, row.position < old.position {
            if row.version == old.version {
                violate(5, "the place of '\(name)' went back from \(old.position) to \(row.position)")
            }
            if let left = subscription.parked.keys.min() {
                violate(1, "'\(name)' begins anew while its message \(left) is still set aside, and so comes twice")
            }
            subscription.restart(with: row)
        }
        for position in subscription.move(to: row) { finish(position, in: &subscription, name) }
        subscriptions[name] = subscription
    }

    private mutating func finish(_ position: Int64, in subscription: inout TrialSubscription, _ name: String) {
        guard let earlier = subscription.finish(position) else { return }
        let key = subscription.keys[position] ?? ""
        violate(2, "'\(name)' has handled message \(position) of the key '\(key)' before message \(earlier)")
    }

    mutating func setAside(_ row: ParkedRow) {
        switch row.state {
        case .skipped: interventions.skipped[row.subscription, default: []].insert(row.position)
        case .deadLetter: interventions.deadLetters[row.subscription, default: []].insert(row.position)
        case .retrying, .behind, .incident: break
        }
        guard subscriptions[row.subscription] != nil else { return }
        subscriptions[row.subscription]?.parked[row.position] = row
        if row.state == .deadLetter { subscriptions[row.subscription]?.deadLetters.insert(row.position) }
    }

    mutating func finish(_ name: String, _ key: String, _ position: Int64) {
        guard var subscription = subscriptions[name] else { return }
        subscription.parked[position] = nil
        if !commit.beginning.contains(name) { finish(position, in: &subscription, name) }
        subscriptions[name] = subscription
    }

    /// Everything has come to rest, and nothing is broken any more.
    mutating func settled(logEnd: Int64) {
        for (name, subscription) in subscriptions.sorted(by: { $0.key < $1.key }) {
            if let place = subscription.row, place.position < logEnd {
                violate(10, "'\(name)' has come to rest at \(place.position); the log goes to \(logEnd)")
            }
        }
    }

    /// Nothing goes on at a time, though nothing is broken any more: whatever was to happen until then has happened.
    mutating func rested(at now: Timestamp) {
        for (name, subscription) in subscriptions.sorted(by: { $0.key < $1.key }) {
            let open = subscription.open.values.joined().filter { !subscription.deadLetters.contains($0) }
            if let first = open.min() {
                violate(10, "'\(name)' has never handled message \(first) of '\(subscription.keys[first] ?? "")'")
            }
        }
        for row in instances.values.sorted(by: { $0.id < $1.id }) {
            let part = parts[row.id] ?? .init()
            if row.status == .running, let timer = part.timers.filter({ $0.due <= now }).min(by: { $0.due < $1.due }) {
                violate(7, "the timer of instance \(row.id) ('\(row.key)') that is due at \(timer.due) never fires")
            }
            if let entry = part.mailbox.values.min(by: { $0.seq < $1.seq }), !row.status.isEnded {
                violate(10, "instance \(row.id) ('\(row.key)') has never taken entry \(entry.seq) of its mailbox")
            }
            if row.status == .running, let activity = part.activities.values.first {
                violate(3, "activity '\(activity.name)' of instance \(row.id) ('\(row.key)') is never done")
            }
        }
    }
}
