import SkeinStorage
import SkeinTransport

/// The message that stops a key: its attempts, the row that reports it, and the alarm of the next attempt.
struct RelayFailure {
    var position: Int64
    var attempts: Int
    var since: Timestamp
    var error: String
    /// The row that reports it, once it has been failing for long or the broker has refused it.
    var row: ParkedRow?
    /// The alarm of the next attempt.
    var alarm: TimerService.Token?
}
