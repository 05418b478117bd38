#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an operator does about one incident.
public enum IncidentRepair: Sendable, Hashable {
    /// Tries again at once: a message and its key, an activity, an instance, or a dead letter, which its subscription
    /// gets once more. A retry policy that had ended starts again.
    case retry
    /// Replaces the payload of the message by other JSON, for this subscription alone, and tries again.
    case edit(payload: Data)
    /// Goes on without the message.
    case skip
    /// Sends a copy of the message, with the payload that an earlier edit gave it, to another component that takes it,
    /// and goes on without it here. The copy names the message as its cause, and what answers it answers the message.
    ///
    /// An event that the other component subscribes to has reached it already; the copy comes in addition. What becomes
    /// of the copy there (a filter, a wait that nobody has) is as for any message.
    case redirect(to: String)

    /// What the incident is said to be when the repair is done.
    package var resolution: String {
        switch self {
        case .retry: "retried"
        case .edit: "edited"
        case .skip: "skipped"
        case .redirect: "redirected"
        }
    }
}
