/// The effect of restoring a backup: what is repeated, and what is forgotten.
public struct RestoreReport: Sendable, Hashable, Codable {
    /// A subscription that goes back to an earlier position.
    public struct Return: Sendable, Hashable, Codable {
        /// The name of the subscription.
        public var subscription: String
        /// The position in the present store.
        public var from: Int64
        /// The position in the backup; 0 when the backup does not know the subscription.
        public var to: Int64

        /// Creates a return from one position to an earlier one.
        public init(subscription: String, from: Int64, to: Int64) {
            (self.subscription, self.from, self.to) = (subscription, from, to)
        }
    }

    /// What the present store has and the backup has not.
    public struct Loss: Sendable, Hashable, Codable {
        /// How many messages the log of the backup lacks. Handlers and processes publish theirs again; messages that
        /// clients sent are lost.
        public var messages: Int64
        /// The subscriptions that go back, ascending by name.
        public var returns: [Return]
        /// How many activities of the backup have ended since. They run again, with the same idempotency keys.
        public var activitiesRepeated: Int
        /// How many activities began after the backup. The messages that lead to them are handled again; outside
        /// systems may know them already.
        public var activitiesForgotten: Int
        /// How many instances began after the backup.
        public var instancesForgotten: Int64
        /// How many journal entries, each a reaction of an instance, the backup lacks.
        public var reactions: Int64
    }

    /// The content of the backup.
    public var backup: BackupReport
    /// The path under which the replaced file is kept; `nil` when there was none, or nothing was changed.
    public var kept: String?
    /// What the present store has and the backup has not; `nil` when they cannot be compared, see ``unknown``.
    public var loss: Loss?
    /// Why the present store and the backup cannot be compared; `nil` when they were.
    public var unknown: String?
}
