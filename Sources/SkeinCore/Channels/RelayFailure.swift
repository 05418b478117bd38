import SkeinStorage
import SkeinTransport

/// A message that a broker does not take, and what has been said about it.
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
