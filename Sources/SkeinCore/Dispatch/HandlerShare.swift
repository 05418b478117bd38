internal import DequeModule

/// What one handler may use of its subscription: attempts under way, and messages in memory. A handler whose outside
/// system hangs or fails uses up its own share and no other's.
struct HandlerShare {
    /// How many attempts may be under way at once.
    let places: Int
    private(set) var running = 0
    /// Keys that wait for a place. A key that no longer does is skipped when its turn comes.
    var ready = Deque<String>()
    /// The messages that come from the log.
    var queued: Slots
    /// The parked messages that are tried.
    var parked: Slots
    /// Keys whose parked messages wait for a slot.
    var crowdedOut = Deque<String>()

    init(places: Int, slots: Int, patience: Duration?) {
        self.places = places
        (queued, parked) = (Slots(limit: slots, patience: patience), Slots(limit: slots, patience: patience))
    }

    var hasPlace: Bool { running < places }

    /// Whether as many keys wait for a slot as there are slots.
    var isCrowded: Bool { crowdedOut.count >= parked.limit }

    mutating func begin() { running += 1 }
    mutating func end() { running -= 1 }
}

extension [HandlerShare] {
    /// Asks the handlers of one message for room; all of them must have some.
    mutating func ask(
        _ handlers: [Int], for slots: WritableKeyPath<HandlerShare, Slots>, at now: Timestamp
    ) -> Slots.Answer {
        var combined = Slots.Answer.free
        for handler in handlers {
            switch (combined, self[handler][keyPath: slots].ask(at: now)) {
            case (_, .overflow(let since)): return .overflow(since: since)
            case (.wait(let until?), .wait(let other?)): combined = .wait(until: Swift.max(until, other))
            case (_, .wait(let until)): combined = .wait(until: until)
            case (_, .free): break
            }
        }
        return combined
    }
}
