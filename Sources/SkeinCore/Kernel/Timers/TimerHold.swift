/// Lets due timers wait until the messages that were committed before them have been routed.
///
/// Time and position are fixed when the hold begins, so new messages cannot delay the timers any further. The store is
/// asked for the end of its log after the time has been read. So every message that was committed before a timer was
/// due lies at or below that position, even if this engine has not been told of the commit yet.
struct TimerHold {
    /// The hold is for the timers that are due by this time.
    var through: Timestamp
    /// Every message up to this position must have been routed.
    var position: Int64
    /// Whether they have been. The hold stays while the timers fire, in as many commits as they need.
    var isOver = false
}
