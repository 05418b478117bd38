import SkeinMessages

/// The highest ids that were ever in use, also of rows that were removed, so that no id is given twice.
public struct HighWater: Sendable, Hashable {
    /// The highest id of an instance; 0 when there has been none.
    public var instance: InstanceID
    /// The highest id of an incident; 0 when there has been none.
    public var incident: IncidentID
    /// The highest sequence number of a mailbox row, of any instance, or a higher one; 0 when there has been none.
    public var mailbox: Int64
    /// The position of the newest message; 0 in an empty log.
    public var position: Int64

    public init(instance: InstanceID = 0, incident: IncidentID = 0, mailbox: Int64 = 0, position: Int64 = 0) {
        (self.instance, self.incident, self.mailbox, self.position) = (instance, incident, mailbox, position)
    }
}
