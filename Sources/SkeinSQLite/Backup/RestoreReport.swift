/// What a backup that is put in the place of a store means: what is done again, and what is forgotten.
public struct RestoreReport: Sendable, Hashable, Codable {
    /// A subscription that goes back to an earlier place.
    public struct Return: Sendable, Hashable, Codable {
        /// The name of the subscription.
        public var subscription: String
        /// The place that the present store has.
        public var from: Int64
        /// The place that the backup has; 0 where it does not know the subscription.
        public var to: Int64

        /// A return from one place to an earlier one.
        public init(subscription: String, from: Int64, to: Int64) {
            (self.subscription, self.from, self.to) = (subscription, from, to)
        }
    }

    /// What the present store knows beyond the backup.
    public struct Loss: Sendable, Hashable, Codable {
        /// Messages that the log of the backup does not have. Those that handlers and processes published come again;
        /// those that came from outside do not.
        public var messages: Int64
        /// The subscriptions that go back, by name.
        public var returns: [Return]
        /// Activities that are under way in the backup and have ended since: they run again, with their keys.
        public var activitiesRepeated: Int
        /// Activities that began after the backup. What leads to them is repeated; the outside may know them.
        public var activitiesForgotten: Int
        /// Instances that began after the backup.
        public var instancesForgotten: Int64
        /// Entries of journals, thus reactions of instances, that the backup does not have.
        public var reactions: Int64
    }

    /// What the backup holds.
    public var backup: BackupReport
    /// Where the file lies that was in its place; `nil` where there was none, or nothing was done.
    public var kept: String?
    /// `nil` where that cannot be told; then ``unknown`` says why.
    public var loss: Loss?
    /// Why it cannot be told what is repeated.
    public var unknown: String?
}
