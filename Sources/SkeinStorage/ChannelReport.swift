public import SkeinMessages

/// How a channel stands, as it is kept in the store for tools: whether it is connected, since when, and what it has
/// moved.
///
/// A process writes it down when something changes, and now and then. So a report of a process that has died says how
/// the channel stood before.
public struct ChannelReport: Sendable, Hashable, Codable {
    /// How one of the two connections of a channel stands.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is being opened, for the first time or again.
        case connecting
        /// It is open.
        case connected
        /// It is open for answers alone, because a subscription here lags too far; see ``ChannelReport/heldBy``.
        case held
        /// It has failed, and is opened again after a pause.
        case disconnected
        /// An operator has stopped it.
        case suspended
        /// The process has ended in good order.
        case stopped
    }

    /// One of the two connections of a channel.
    public struct Connection: Sendable, Hashable, Codable {
        /// How it stands.
        public var state: State
        /// Since when it has been in this state.
        public var since: Timestamp
        /// The last error, also when it is connected again; `nil` where there was none.
        public var lastError: String?
        /// The code of that error among those of transports, `unauthenticated` for example; `nil` where it has none.
        public var lastErrorCode: String?
        /// When that was.
        public var lastErrorAt: Timestamp?
        /// How often it was opened again after a failure, since the process started.
        public var reconnects: Int

        /// Whether the broker can be reached at the moment.
        package var isOpen: Bool { state == .connected || state == .held }

        package init(
            state: State, since: Timestamp, lastError: String? = nil, lastErrorCode: String? = nil,
            lastErrorAt: Timestamp? = nil, reconnects: Int = 0
        ) {
            (self.state, self.since) = (state, since)
            (self.lastError, self.lastErrorCode) = (lastError, lastErrorCode)
            (self.lastErrorAt, self.reconnects) = (lastErrorAt, reconnects)
        }
    }

    /// What was sent, in messages since the process started.
    public struct Sent: Sendable, Hashable, Codable {
        /// Those that the broker has acknowledged.
        public var acknowledged: Int
        /// Those that were sent once more, because nobody knew what had become of them.
        public var again: Int
        /// Those that the broker will never take.
        public var refused: Int

        package init(acknowledged: Int = 0, again: Int = 0, refused: Int = 0) {
            (self.acknowledged, self.again, self.refused) = (acknowledged, again, refused)
        }
    }

    /// What was taken in, in messages since the process started.
    public struct Received: Sendable, Hashable, Codable {
        /// Those that are new in the log.
        public var recorded: Int
        /// Those that were in the log already.
        public var duplicates: Int
        /// Those that cannot be read, are too large, or have no owner here. They are parked, and count as recorded too.
        public var unreadable: Int

        package init(recorded: Int = 0, duplicates: Int = 0, unreadable: Int = 0) {
            (self.recorded, self.duplicates, self.unreadable) = (recorded, duplicates, unreadable)
        }
    }

    /// The name of the channel.
    public var name: String
    /// What its transport calls itself: the address of the broker, without credentials.
    public var transport: String
    /// The name of this process on the channel.
    public var process: String
    /// The connection that sends.
    public var sending: Connection
    /// The connection that takes in.
    public var takingIn: Connection
    /// What was sent.
    public var sent: Sent
    /// What was taken in.
    public var received: Received
    /// How many messages the broker has for this process that were not received; `nil` where it does not say.
    public var backlog: Int?
    /// The subscription that lags so far behind the end of the log that events and commands are left with the broker;
    /// `nil` while everything is taken in.
    public var heldBy: String?
    /// The components that the channel leads to, by name.
    public var remotes: [String]
    /// What only a person can put right and was found while the process ran, such as a second process with the same
    /// name; `nil` for nothing.
    public var problem: String?
    /// `true` where the process was started without the channel since, and nothing succeeds it; see ``problem``.
    public var isGone: Bool?
    /// Where it takes in the answers to this process: broker and topic or queue; `nil` where the transport cannot tell.
    public var readsAt: String?
    /// The channels in whose place it has come, by name: answers to questions that came by these leave by it. `nil` for
    /// none.
    public var succeeds: [String]?

    package init(
        name: String, transport: String, process: String, sending: Connection, takingIn: Connection,
        sent: Sent = Sent(), received: Received = Received(), backlog: Int? = nil, remotes: [String] = []
    ) {
        (self.name, self.transport, self.process) = (name, transport, process)
        (self.sending, self.takingIn, self.sent, self.received) = (sending, takingIn, sent, received)
        (self.backlog, self.remotes) = (backlog, remotes)
    }
}
