/// What became of one message.
public enum SendOutcome: Sendable {
    /// The broker has it.
    case acknowledged
    /// The broker will never take it, however often it is sent.
    case refused(TransportError)
    /// The broker does not have it, or it is not known whether it has. The runtime sends it again.
    case failed(TransportError)
}
