/// Operators change what is set aside for a key while the engine goes on trying it; each must see what the other did.
extension HandlerEngine {
    /// The operators who have a key to themselves, or wait for that.
    struct Hold {
        var count = 0
        /// Whom to tell when no attempt is under way.
        var waiting: [@Sendable () -> Void] = []
    }

    /// Lets no attempt at what is set aside for a key begin until ``letGo(key:)``.
    ///
    /// - Parameter done: called when no attempt is under way and the store has what came of the last one.
    func hold(key: String, done: @escaping @Sendable () -> Void) {
        holds[key, default: Hold()].count += 1
        guard var lane = lanes[key], lane.parked else { return done() }
        holds[key]?.waiting.append(done)
        if lane.phase == .ready {
            lane.phase = .resting
            if lane.head != nil { takenUp -= 1 }
            lane.head = nil
            lanes[key] = lane
        }
        if lane.phase == .resting || lane.phase == .idle, !lane.isSettling { rest(key: key) }
    }

    /// Nothing of a held key is under way any more.
    func rest(key: String) {
        lanes[key]?.phase = .resting
        let waiting = holds[key]?.waiting ?? []
        holds[key]?.waiting = []
        for done in waiting { done() }
    }

    /// Goes on with a key, after whatever an operator has changed.
    func letGo(key: String) throws {
        holds[key]?.count -= 1
        if let hold = holds[key], hold.count == 0 { holds[key] = nil }
        try reconsidered(key: key)
    }
}
