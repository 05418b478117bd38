import SkeinStorage

extension KernelEngine {
    /// What a kernel reacts to, one after the other.
    enum Event: Sendable {
        case wake
        case activityEnded(WaitCursor, run: UInt64, attempt: Int, Result<ActivityOutcome, any Error>)
        /// The time of the next scheduled activity has come.
        case activitiesDue
        /// An outside system that refused an activity may let it in now.
        case activityReadmitted(WaitCursor)
        case timersDue
        case committed(ticket: UInt64, CommittedStarts)
        /// The kernel starts: what must happen next is read from the store.
        case recover
        /// Something in the store was changed for an instance by an operator.
        case reconsider(instance: Int64)
        case escaped(instance: Int64)
        /// Time to remove what need not be kept any longer.
        case tidy
        /// An operator has released dead letters of a key.
        case release(key: String)
        case observe(OutcomeObserver)
        case forget(InstanceKey, observer: UInt64)
        case operate(InstanceOperation, instance: Int64, done: @Sendable (String?) -> Void)
        case whenSettled(@Sendable () -> Void)
        case storePlace(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }
}
