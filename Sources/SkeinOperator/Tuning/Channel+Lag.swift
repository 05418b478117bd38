public import SkeinCore

extension Channel {
    /// Replaces how far a subscription of this process may lag behind the end of its log before the channel takes in
    /// less: 1,000,000 messages unless stated, 1 or more.
    ///
    /// What comes in is recorded before it is handled, so a slow handler costs disk, not memory. This is the bound on
    /// that disk. Beyond it the broker keeps what comes, until the slowest subscription has caught up with half of it.
    /// After a second of that, answers are taken in again, because a handler may be waiting for one. Messages of keys
    /// that are parked do not count: they are out of the way of others.
    public func lag(atMost messages: Int) -> Self {
        var copy = self
        copy.longestLag = messages
        return copy
    }
}
