/// What happens when a topic is not there that a sender or source needs.
public enum KafkaTopicCreation: Sendable, Hashable {
    /// It is an error with code `unknownDestination`: topics are made by operators.
    case never
    /// The adapter makes it.
    ///
    /// - Parameters:
    ///   - partitions: 1 or more; they bound how many processes can share a reader's work. Adding partitions later
    ///     moves keys to other partitions.
    ///   - replicas: how many brokers have each message; 1 or more, at most the number of brokers.
    case create(partitions: Int, replicas: Int)
    /// The broker makes it with its own settings when somebody asks for it (`auto.create.topics.enable`).
    case byBroker
}
