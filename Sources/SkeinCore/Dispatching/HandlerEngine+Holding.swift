/// Keeps the engine from trying the parked messages of a key while an operator changes them. Otherwise engine and
/// operator would overwrite each other's changes.
extension HandlerEngine {
    /// The operators who hold a key or wait to hold it.
    struct Hold {
        var count = 0
        /// Called when no attempt is under way.
        var waiting: [@Sendable () -> Void] = []
    }

    /// Starts no attempt at the parked messages of a key until ``letGo(key:)``.
    ///
    /// - Parameter done: called when no attempt is under way and the result of the last one is committed.
    func hold(key: String, done: @escaping @Sendable () -> Void) {
        holds[key, default: Hold()].count += 1
        guard var lane = lanes[key], lane.parked else { return done() }
        holds[key]?.waiting.append(done)
        if lane.phase == .ready {
            lane.phase = .resting
            if lane.head != nil { parkedInHand -= 1 }
            lane.head = nil
            lanes[key] = lane
        }
        if lane.phase == .resting || lane.phase == .idle, !lane.isSettling { rest(key: key) }
    }

    /// Lets a held key rest, and tells the operators who wait for that.
    func rest(key: String) {
        lanes[key]?.phase = .resting
        let waiting = holds[key]?.waiting ?? []
        holds[key]?.waiting = []
        for done in waiting { done() }
    }

    /// Ends the hold of one operator; the last one makes the engine continue with the key.
    func letGo(key: String) throws {
        holds[key]?.count -= 1
        if let hold = holds[key], hold.count == 0 { holds[key] = nil }
        try reconsidered(key: key)
    }
}
