/// What the runtime has counted since it started. Nothing is dropped without one of these rising.
public struct RuntimeCounts: Sendable, Hashable, Codable {
    /// Messages handled by subscriptions.
    public var handled = 0
    /// Attempts that failed and will be made again.
    public var retried = 0
    /// Messages parked with their key.
    public var parked = 0
    /// Messages that nobody could read or take.
    public var deadLettered = 0
    /// Messages of a version below what their handlers take.
    public var ignoredVersions = 0
    /// Messages that arrived again after they were handled or while they were in flight.
    public var duplicates = 0
    /// Answers that arrived when nobody waited any more.
    public var lateAnswers = 0
    /// Effects of handlers that had been given up.
    public var sealedEffects = 0
    /// Fire-and-forget messages that were dropped because too many were waiting.
    public var lost = 0
    /// Messages that no instance waited for.
    public var unmatched = 0
    /// Buffered messages that no instance came to wait for in time.
    public var expired = 0
    /// Live instances put out of memory.
    public var evictions = 0
    /// Suspended code that never goes on and keeps its memory: evicted code that swallows every error in a loop, and
    /// calls to a `Flow` from another executor.
    public var abandonedTasks = 0

    /// Nothing is counted yet.
    package init() {}
}
