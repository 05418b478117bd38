/// What became of one message.
public enum SendOutcome: Sendable {
    /// The broker has it.
    case acknowledged
    /// The broker will never take it, however often it is sent.
    case refused(TransportError)
    /// The broker does not have it, or nobody knows. It is to be sent again.
    case failed(TransportError)
}
