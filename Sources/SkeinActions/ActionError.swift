/// An operator's action that was not carried out; nothing has changed.
public struct ActionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The word for the code, as it stands in reports and answers.
        public let description: String

        public init(_ description: String) { self.description = description }

        /// There is no instance with this number or address.
        public static let unknownInstance = Code("unknownInstance")
        /// Several instances have the process and key, in different components.
        public static let ambiguousInstance = Code("ambiguousInstance")
        /// There is no incident with this number.
        public static let unknownIncident = Code("unknownIncident")
        /// The instance has no activity with this number under way.
        public static let unknownActivity = Code("unknownActivity")
        /// The instance has ended.
        public static let instanceEnded = Code("instanceEnded")
        /// The instance is an entity, which has no end.
        public static let noEnd = Code("noEnd")
        /// The instance is parked, so it is neither to be suspended nor to be resumed.
        public static let instanceParked = Code("instanceParked")
        /// The instance or the outside system is not suspended.
        public static let notSuspended = Code("notSuspended")
        /// Nothing of the instance has failed.
        public static let nothingFailed = Code("nothingFailed")
        /// The instance is undoing what it has done, and ends then.
        public static let isUndoing = Code("isUndoing")
        /// The row of the instance holds something that this version cannot read.
        public static let unreadableInstance = Code("unreadableInstance")
        /// The incident is resolved.
        public static let incidentResolved = Code("incidentResolved")
        /// The incident is about something that a process needs the outcome of.
        public static let outcomeNeeded = Code("outcomeNeeded")
        /// The message of the incident is no longer parked, or no longer in the log.
        public static let messageGone = Code("messageGone")
        /// A payload that is too large, no JSON, or for a message in another format.
        public static let invalidPayload = Code("invalidPayload")
        /// A retry policy that contradicts itself or is out of range.
        public static let invalidPolicy = Code("invalidPolicy")
        /// The name of an outside system that none can have.
        public static let invalidSystem = Code("invalidSystem")
        /// No activity has called the outside system.
        public static let unknownSystem = Code("unknownSystem")
        /// The component to redirect to does not exist, does not run, or does not take the message.
        public static let cannotRedirect = Code("cannotRedirect")
        /// An attempt at the message is under way, and has been for too long to wait for it.
        public static let busy = Code("busy")
        /// The runtime is stopping.
        public static let stopping = Code("stopping")
        /// What was asked for does not run in this runtime.
        public static let notRunning = Code("notRunning")
        /// An action on many things, where one on a single thing is needed.
        public static let notSingle = Code("notSingle")
    }

    /// What to decide by; the message may change, the code does not.
    public let code: Code
    /// What was not done, why, and what can be done instead.
    public let message: String

    public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public var description: String { message }
}
