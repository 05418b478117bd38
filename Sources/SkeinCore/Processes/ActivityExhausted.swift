/// The retries of an activity have ended (``ActivityOptions/Exhaustion/throw``).
public struct ActivityExhausted: BusinessError, CustomStringConvertible {
    /// Stable, so that old journals stay readable.
    public static let code = "activityExhausted"
    /// The name of the activity, as the process gave it.
    public var activity: String
    /// How many attempts were made, the first included.
    public var attempts: Int
    /// The text of the last error; for people, not to be compared.
    public var lastError: String

    public var description: String { "'\(activity)' failed \(attempts) times; last: \(lastError)" }
}
