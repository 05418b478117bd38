public import SkeinMessages

/// An instance waiting for a message type with a correlation key.
public struct WaitRow: Sendable, Hashable {
    /// The component of the waiting instance.
    public var component: String
    /// The message type that resumes the wait.
    public var type: MessageName
    /// The lowest schema version that resumes it; see ``SchemaVersion/accepts(_:)``.
    public var version: SchemaVersion
    /// The correlation key that the message must have.
    public var key: String
    /// The id of the waiting instance.
    public var instance: InstanceID
    /// The operation of the instance that waits.
    public var seq: Int64
    /// The process or saga of the waiting instance, so that correlation need not load it.
    public var process: String
    /// Only messages above this position resume the wait.
    public var after: Int64
    /// When the wait began.
    public var since: Timestamp

    public init(
        component: String, type: MessageName, version: SchemaVersion, key: String, instance: InstanceID, seq: Int64,
        process: String, after: Int64, since: Timestamp
    ) {
        (self.component, self.type, self.version) = (component, type, version)
        (self.key, self.instance) = (key, instance)
        (self.seq, self.process, self.after, self.since) = (seq, process, after, since)
    }

    /// Whether two rows are the same, with keys of the same bytes, as a store compares them. Swift takes different
    /// spellings of one character for equal.
    public static func == (left: WaitRow, right: WaitRow) -> Bool {
        (left.instance, left.seq, left.after, left.since) == (right.instance, right.seq, right.after, right.since)
            && (left.component, left.process, left.type, left.version)
                == (right.component, right.process, right.type, right.version)
            && left.key.utf8.elementsEqual(right.key.utf8)
    }
}
