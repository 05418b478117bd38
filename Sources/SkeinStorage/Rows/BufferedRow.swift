public import SkeinMessages

/// A message buffered for an instance that may come to wait for it.
public struct BufferedRow: Sendable, Hashable {
    /// The component that has buffered it. Identity: all but `expires`, in the order given here.
    public var component: String
    /// The process whose instances may come to wait for it.
    public var process: String
    /// The message type, to find it by.
    public var type: MessageName
    /// The correlation key, to find it by.
    public var key: String
    /// The place of the message in the log, which holds its payload.
    public var position: Int64
    /// From this instant on it is no longer delivered.
    public var expires: Timestamp

    public init(
        component: String, process: String, type: MessageName, key: String, position: Int64, expires: Timestamp
    ) {
        (self.component, self.process, self.type) = (component, process, type)
        (self.key, self.position, self.expires) = (key, position, expires)
    }
}
