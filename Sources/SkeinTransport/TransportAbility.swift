/// One thing that a transport may be able to do. The raw value is its name on screens.
public enum TransportAbility: String, Sendable, Hashable, Codable, CaseIterable {
    /// Messages with equal subjects stay in order; see the contract of ``Transport``, point 2.
    case orderPerKey
    /// Several sources with one reader name share its messages, and order per key holds among them.
    case sharedReaders
    /// A reader that is off gets later what came meanwhile.
    case durableReaders
    /// Messages have a place (topic, partition, offset) that the reader may keep, and go on from.
    case positions
    /// A new reader can begin with the oldest message that the broker has.
    case replayFromBeginning
    /// A new reader can begin with the first message of a time.
    case replayFromTime
    /// A batch is visible as a whole or not at all, together with the sender's place.
    case transactions
    /// A message can be sent to the readers of one component alone.
    case direct
    /// Answers find the process that asked.
    case requestReply
    /// A message can be handed back without waiting for the end of the connection.
    case negativeAcknowledgement
    /// The broker keeps messages that nobody could take in a queue of their own.
    case deadLetters
    /// The broker can leave out messages by their headers.
    case selectors
}
