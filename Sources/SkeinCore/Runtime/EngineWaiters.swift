/// The callers that wait until an engine has stored its place, has nothing to do, or has drained.
///
/// Confined to the runner of the engine.
struct EngineWaiters {
    typealias Done = @Sendable () -> Void

    private var placed: [Done] = []
    private var settled: [Done] = []
    private var drained: Done?

    mutating func waitForPlace(_ done: @escaping Done) { placed.append(done) }

    mutating func waitForRest(_ done: @escaping Done) { settled.append(done) }

    mutating func waitForDrain(_ done: @escaping Done) { drained = done }

    /// Calls those back whose condition holds, after the engine has handled a batch of inputs.
    ///
    /// - Parameters:
    ///   - isSettled: whether nothing is to be done before time passes or a message comes.
    ///   - isDrained: whether nothing that was begun is under way.
    ///   - place: stores the place of the engine, for those who wait for that and for the drain.
    /// - Returns: whether the engine has drained with this batch.
    @discardableResult
    mutating func answer(
        isSettled: @autoclosure () -> Bool, isDrained: @autoclosure () -> Bool, place: PlaceKeeper
    ) -> Bool {
        if !placed.isEmpty {
            place.store(ifBehindBy: 1)
            for done in placed { done() }
            placed = []
        }
        if !settled.isEmpty, isSettled() {
            for done in settled { done() }
            settled = []
        }
        guard let done = drained, isDrained() else { return false }
        drained = nil
        place.store(done)
        return true
    }
}
