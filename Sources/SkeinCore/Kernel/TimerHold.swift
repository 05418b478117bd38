/// What timers that are due wait for: the messages that were in the log before.
///
/// Both ends are fixed when it is made, so that a stream of new messages cannot hold timers back for good. The position
/// is asked of the store after the time has been read: whatever was committed before a timer was due is at or below it,
/// also where the commit has not been heard of yet.
struct TimerHold {
    /// The timers that are due up to here…
    var through: Timestamp
    /// …fire when every message up to here has been routed.
    var position: Int64
    /// Whether that is so: more are firing than one commit should hold.
    var isOver = false
}
