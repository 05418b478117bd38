/// What an operator does to an instance.
enum InstanceOperation: Sendable {
    case cancel(reason: String)
    /// Ends the instance without its code, and without undoing anything.
    case terminate(reason: String)
    case suspend
    case resume
    /// Lets a parked instance, or its activity held by an incident, go on.
    case retry
    /// Changes the retry policy of a scheduled activity.
    case edit(op: Int64, policy: RetryPolicy.Edit)
}
