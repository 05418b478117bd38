public import SkeinMessages
#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A message that a subscription has parked with its key: the failed one, or one behind it. Dead letters lie here too.
public struct ParkedRow: Sendable, Hashable {
    /// Why the message is parked.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Its handler failed, or an operator retries it; it is tried at `nextAt`.
        case retrying
        /// An earlier message of its key is parked.
        case behind
        /// Its retries have ended; an incident is open.
        case incident
        /// An operator decided to go on without it.
        case skipped
        /// It cannot be read, or nobody takes it; no message waits behind it.
        case deadLetter
    }

    /// The subscription that parked it; no other one waits for it.
    public var subscription: String
    /// The ordering key, which is the subject of the message.
    public var key: String
    /// The place of the message in the log; with subscription and key the row's identity.
    public var position: Int64
    /// Why the message is parked, and so what makes it go on.
    public var state: State
    /// How many attempts have failed; 0 for a message that has not been tried.
    public var attempts: Int
    /// When the message is due. The lowest message of a key has a time unless it is an incident, so that the key is
    /// found by it; one behind another has none.
    public var nextAt: Timestamp?
    /// The text of the last error, or why nobody takes the message; `nil` for one that has only waited.
    public var error: String?
    /// The payload that replaces the one in the log, where an operator edited it.
    public var payload: Data?
    /// What of the subscription the message is still meant for, as `process:role`; empty for all of it. The others have
    /// had the message.
    public var concerns: [String]
    /// When the message was parked.
    public var at: Timestamp
    /// When the first attempt failed; `nil` for a message that has only waited, or that has not failed since an
    /// operator restarted the retry policy.
    public var failingSince: Timestamp?
    /// The open incident that reports it.
    public var incident: IncidentID?

    public init(
        subscription: String, key: String, position: Int64, state: State, attempts: Int = 0, nextAt: Timestamp? = nil,
        error: String? = nil, payload: Data? = nil, concerns: [String] = [], at: Timestamp,
        failingSince: Timestamp? = nil, incident: IncidentID? = nil
    ) {
        (self.subscription, self.key, self.position) = (subscription, key, position)
        (self.state, self.attempts, self.nextAt) = (state, attempts, nextAt)
        (self.error, self.payload, self.concerns, self.at) = (error, payload, concerns, at)
        (self.failingSince, self.incident) = (failingSince, incident)
    }
}
