import SkeinMessages

/// Which operation of which instance: the identity of a wait, a timer or an activity, from when it is issued until it
/// has ended.
public struct OperationID: Sendable, Hashable {
    /// The instance that issued the operation.
    public var instance: InstanceID
    /// The number of the operation in its instance, ascending in the order in which its code issues them.
    public var seq: Int64

    public init(instance: InstanceID, seq: Int64) { (self.instance, self.seq) = (instance, seq) }

    /// Before every operation, for listings in ascending order of instance, then number.
    public static let start = OperationID(instance: .min, seq: .min)
}

extension ActivityRow {
    /// The operation that the row is of.
    package var operationID: OperationID { OperationID(instance: instance, seq: seq) }
}
