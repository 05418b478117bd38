/// How a scenario is played, whichever it is. What comes of it is the same in every way.
public struct PlayOptions: Hashable, Sendable {
    /// Deliver every message twice.
    public var isDuplicating = false
    /// Drop each runtime after every so many of its commits, and open it again from the store; `nil` for never.
    public var commitsPerCrash: Int?
    /// Drop each runtime after every commit: whether ``commitsPerCrash`` is 1.
    public var isCrashing: Bool {
        get { commitsPerCrash == 1 }
        set { commitsPerCrash = newValue ? 1 : nil }
    }
    /// Tell of commands, queries and documents too.
    public var tellsAll = false
    /// Which components share a process.
    public var division = Division.together
    /// Kill processes, stop the broker between them, and let everything go wrong that can go wrong with brokers: the
    /// seed that decides when. `nil` for a play without.
    ///
    /// A storm takes time, so that what happens after it may happen some seconds later than it would.
    public var storm: UInt64?

    public init(
        isDuplicating: Bool = false, isCrashing: Bool = false, tellsAll: Bool = false, division: Division = .together,
        storm: UInt64? = nil
    ) {
        (self.isDuplicating, self.tellsAll) = (isDuplicating, tellsAll)
        (self.division, self.storm) = (division, storm)
        self.isCrashing = isCrashing
    }
}
