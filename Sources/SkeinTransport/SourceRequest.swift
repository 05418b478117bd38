/// What a source is opened for.
public struct SourceRequest: Sendable, Hashable {
    /// The name of the channel, for the broker's own tools.
    public var channel: String
    /// The name of this process on the channel, and of the reader of events and replies. For the commands to a
    /// component the reader has the name of that component.
    public var process: String
    /// What is taken in.
    public var subscriptions: [SourceSubscription]
    /// Where to go on, of those topics and partitions that have been read before.
    public var places: [SourcePlace]
    /// How the work is divided among the sources of one reader.
    public var sharing: Sharing
    /// How many messages may be in hand and not acknowledged, 1 or more.
    public var window: Int

    /// Who else reads under the same name.
    public enum Sharing: Sendable, Hashable {
        /// Nobody: this source takes all partitions, and no other process may read under the name.
        case alone
        /// Sources of other processes; the broker divides the partitions among them.
        ///
        /// - Parameter member: keeps its partitions over a short absence; unique among the sources of the reader.
        case group(member: String)
    }

    public init(
        channel: String, process: String, subscriptions: [SourceSubscription], places: [SourcePlace] = [],
        sharing: Sharing = .alone, window: Int = 1000
    ) {
        (self.channel, self.process, self.subscriptions) = (channel, process, subscriptions)
        (self.places, self.sharing, self.window) = (places, sharing, window)
    }
}
