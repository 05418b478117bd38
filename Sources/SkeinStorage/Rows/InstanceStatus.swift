/// What an instance is doing.
public enum InstanceStatus: String, Sendable, Codable, CaseIterable {
    /// Going on, or waiting for a message, a timer or an activity.
    case running
    /// Stopped by an operator; what arrives waits in its mailbox.
    case suspended
    /// Stopped by an incident; what arrives waits in its mailbox.
    case parked
    case completed
    /// Ended with a business error.
    case failed
    case canceled

    /// Whether the instance can never react again.
    public var isEnded: Bool { self == .completed || self == .failed || self == .canceled }
}
