/// What operators skipped, canceled or stopped in a trial, and the messages that no handler could take. A promise may
/// have to leave it out.
public struct TrialInterventions: Sendable, Hashable {
    /// The positions of the messages that operators skipped or redirected, by subscription.
    public var skipped: [String: Set<Int64>] = [:]
    /// The keys of the instances that operators canceled, by process.
    public var canceled: [String: Set<String>] = [:]
    /// The keys of the instances that were suspended or parked at any time, by process.
    public var stoodStill: [String: Set<String>] = [:]
    /// The positions of the messages that became dead letters, by subscription.
    public var deadLetters: [String: Set<Int64>] = [:]
}
