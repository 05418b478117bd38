/// Keeps the engine from trying the parked messages of a key while an operator changes them. Otherwise engine and
/// operator would overwrite each other's changes.
extension HandlerEngine {
    /// Starts no attempt at the parked messages of a key until ``letGo(key:)``.
    ///
    /// - Parameter done: called when no attempt is under way and the result of the last one is committed.
    func hold(key: String, done: @escaping @Sendable () -> Void) throws {
        switch lanes.update(key, orMake: try laneAtRest(of: key), { $0.hold() }) {
        case .granted: done()
        case .pending: waitingOperators[key, default: []].append(done)
        }
    }

    /// Tells the operators who wait for a key that no attempt at it is under way.
    func grantHold(key: String) {
        for done in waitingOperators.removeValue(forKey: key) ?? [] { done() }
    }

    /// Ends the hold of one operator; the last one makes the engine continue with the key.
    func letGo(key: String) throws {
        try obey(lanes.update(key) { $0.release() }, key: key)
    }
}
