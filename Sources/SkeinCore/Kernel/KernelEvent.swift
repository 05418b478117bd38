import SkeinStorage

extension KernelEngine {
    /// What a kernel reacts to, one after the other.
    enum Event: Sendable {
        case wake
        case activityEnded(OperationID, run: UInt64, attempt: Int, Result<ActivityOutcome, any Error>)
        /// The time of the next scheduled activity has come.
        case activitiesDue
        /// An outside system that refused an activity may let it in now.
        case activityReadmitted(OperationID)
        case timersDue
        case committed(ticket: UInt64, CommittedStarts)
        /// The kernel starts: what must happen next is read from the store.
        case recover
        /// An instance may have inputs in its mailbox, or an operator has changed its rows.
        case reconsider(instance: InstanceID)
        case escaped(instance: InstanceID)
        /// Time to remove expired rows; see ``Housekeeping``.
        case tidy
        /// An operator has acted on dead letters of a key.
        case retryDeadLetters(key: String)
        case observe(OutcomeObserver)
        case forget(InstanceKey, observer: UInt64)
        /// An operator acts on an instance or on dead letters of this kernel.
        case act(ActionCall)
        case whenSettled(@Sendable () -> Void)
        case storePlace(@Sendable () -> Void)
        case drain(@Sendable () -> Void)

        /// Whether the event may be handled while an operator's action is under way: it changes no instance and begins
        /// nothing.
        var isHarmless: Bool {
            switch self {
            case .committed, .act: true
            case .wake, .activityEnded, .activitiesDue, .activityReadmitted, .timersDue, .recover, .reconsider,
                .escaped, .tidy, .retryDeadLetters, .observe, .forget, .whenSettled, .storePlace, .drain:
                false
            }
        }
    }
}
