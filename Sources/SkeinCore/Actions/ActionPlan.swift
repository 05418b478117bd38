import SkeinActions
import SkeinStorage

/// The rows that an operator's action changes, in one commit.
struct ActionPlan {
    var writes: [StoreWrite] = []
    var appends: [Outgoing] = []
    /// The instance as the action leaves it; `nil` for an action on something else.
    var instance: InstanceRow?
    var changes: [ActionReport.Change] = []

    /// The instance, if the action ends it. Its mailbox is to be emptied then.
    var ended: InstanceID? { instance.flatMap { $0.status.isEnded ? $0.id : nil } }

    var unit: CommitUnit { CommitUnit(appends: appends, writes: writes) }
}

/// The one thing that an action is about. The ``ActionOwner`` that has it in memory carries the action out.
enum ActionSubject: Hashable, Sendable {
    case instance(InstanceID, component: String, notation: Notation)
    /// The parked messages and dead letters of a key.
    case key(String, subscription: String)
    /// An outside system.
    case system(String)
}

/// What the code of an instance knows and its rows do not tell.
struct InstanceCode {
    /// Whether the code would react to a cancellation.
    var takesCancel: Bool
    /// The retry policy of an activity under way.
    var policy: (_ activity: Int64) -> RetryPolicy?
}
