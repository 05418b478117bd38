/// A place in an ascending listing of the parked rows of a subscription.
public struct ParkedCursor: Sendable, Hashable {
    /// The key of the last row seen; compared first, by its UTF-8 bytes.
    public var key: String
    /// The position of the last row seen.
    public var position: Int64

    public init(key: String, position: Int64) { (self.key, self.position) = (key, position) }
}
