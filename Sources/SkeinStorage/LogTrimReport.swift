/// What a trim of the log on request has done.
public struct LogTrimReport: Sendable, Hashable, Codable {
    /// Messages up to this position are removed, by this trim or before; 0 for none.
    public var trimmedThrough: Int64
    /// By how many positions this trim has moved the beginning of the log.
    public var removed: Int64
    /// What must stay, the lowest first, each with the reason.
    public var holds: [String]

    package init(trimmedThrough: Int64, removed: Int64, holds: [String]) {
        (self.trimmedThrough, self.removed, self.holds) = (trimmedThrough, removed, holds)
    }
}
