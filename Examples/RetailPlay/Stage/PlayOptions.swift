/// How a scenario is played, whichever it is. What comes of it is the same in every way.
public struct PlayOptions: Hashable, Sendable {
    /// Deliver every message twice.
    public var isDuplicating = false
    /// Drop the runtime after every commit, and open it again from the store.
    public var isCrashing = false
    /// Tell of commands, queries and documents too.
    public var tellsAll = false

    public init(isDuplicating: Bool = false, isCrashing: Bool = false, tellsAll: Bool = false) {
        (self.isDuplicating, self.isCrashing, self.tellsAll) = (isDuplicating, isCrashing, tellsAll)
    }
}
