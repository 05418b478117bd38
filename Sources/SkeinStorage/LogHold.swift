import SkeinMessages

/// Why a message must stay in the log.
public struct LogHold: Sendable, Hashable, CustomStringConvertible {
    /// What refers to the message.
    public enum Reason: Sendable, Hashable {
        /// A subscription has not handled it; see ``PositionRow``.
        case place(subscription: String)
        /// It is parked, or a dead letter.
        case parked(subscription: String, key: String)
        /// It is buffered for a wait to come.
        case buffered(component: String, process: String)
        /// It is in the mailbox of an instance.
        case mailbox(instance: InstanceID)
        /// An open incident reports it.
        case incident(IncidentID)
    }

    /// The lowest message that must stay for the reason.
    public var position: Int64
    /// What refers to it.
    public var reason: Reason

    public init(position: Int64, reason: Reason) { (self.position, self.reason) = (position, reason) }

    public var description: String {
        switch reason {
        case .place(let subscription): "subscription '\(subscription)' goes on with message \(position)"
        case .parked(let subscription, let key):
            "message \(position) is parked for subscription '\(subscription)', key '\(key)'"
        case .buffered(let component, let process): "message \(position) is buffered for '\(component)/\(process)'"
        case .mailbox(let instance): "message \(position) is in the mailbox of instance \(instance)"
        case .incident(let id): "message \(position) is the subject of incident \(id)"
        }
    }
}
