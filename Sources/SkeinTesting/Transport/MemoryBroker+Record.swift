public import SkeinMessages
public import SkeinTransport

extension MemoryBroker {
    /// One message as the broker has it.
    public struct StoredMessage: Sendable {
        /// What is stored.
        public var content: InboundMessage.Content
        /// The process that an answer goes to.
        public var replyTo: String?
        /// Whether its sender said that it may have been sent before.
        public var isRepeated: Bool
        /// Where it lies.
        public var position: BrokerPosition
        /// When it was stored, by the broker's clock.
        public var time: Timestamp

        /// The message; `nil` for one that nobody can read.
        public var envelope: Envelope? {
            if case .envelope(let envelope) = content { envelope } else { nil }
        }
    }

    /// The name of the topic that a destination has here, as in the origins of messages: "payment.events".
    public static func topic(of destination: Destination) -> String { destination.memoryTopic }

    /// What was sent to a destination and is still stored, of all partitions in the order of storing.
    public func messages(sentTo destination: Destination) -> [StoredMessage] {
        let name = destination.memoryTopic
        let partitions = change { $0.topics[name]?.partitions ?? [] }
        let all = partitions.enumerated().flatMap { index, partition in
            partition.messages.enumerated().map { (index, partition.first + Int64($0), $1) }
        }
        return all.sorted { $0.2.sequence < $1.2.sequence }.map { index, offset, stored in
            StoredMessage(
                content: stored.content, replyTo: stored.replyTo, isRepeated: stored.isRepeated,
                position: BrokerPosition(topic: name, partition: index, offset: offset), time: stored.time)
        }
    }

    /// How often a message was given to a sender of this broker, whatever became of it.
    public func attempts(of message: MessageID) -> Int { change { $0.attempts[message] ?? 0 } }

    /// The places below which a reader has acknowledged everything, one for each partition; empty for an unknown
    /// reader.
    public func places(of reader: String, in destination: Destination) -> [SourcePlace] {
        let key = MemoryReading.Key(topic: destination.memoryTopic, reader: reader)
        return change { state in
            (state.readings[key]?.partitions ?? []).enumerated().map { index, partition in
                SourcePlace(topic: key.topic, partition: index, next: partition.next)
            }
        }
    }

    /// How many stored messages a reader has not acknowledged; 0 for an unknown reader.
    public func unacknowledged(by reader: String, in destination: Destination) -> Int {
        let key = MemoryReading.Key(topic: destination.memoryTopic, reader: reader)
        return change { state in
            guard let read = state.readings[key]?.partitions, let topic = state.topics[key.topic] else { return 0 }
            return zip(read, topic.partitions).reduce(0) { sum, pair in
                let (read, stored) = pair
                return sum + (read.next..<max(read.next, stored.end)).count(where: { !read.isAcknowledged($0) })
            }
        }
    }

    /// The processes that have a source open, each as often as it has one, in alphabetical order.
    public var connectedProcesses: [String] {
        change { state in state.sources.values.map(\.request.process).sorted() }
    }

    /// Stores something that is no message, as a program that knows nothing of messages would.
    public func storeUnreadable(_ message: UnreadableMessage, in destination: Destination) {
        let time = clock.now
        change { $0.store(.unreadable(message), key: message.key ?? "", to: destination, at: time) }
    }

    /// Forgets the messages that all readers of their topic have acknowledged, and how often messages were sent.
    /// Nothing is forgotten of a topic without readers.
    public func trim() {
        change { state in
            state.attempts = [:]
            for name in state.topics.keys {
                let readings = state.readings.filter { $0.key.topic == name }.map(\.value)
                guard !readings.isEmpty else { continue }
                for index in state.topics[name]?.partitions.indices ?? 0..<0 {
                    let lowest = readings.map { $0.partitions[index].next }.min() ?? 0
                    state.topics[name]?.partitions[index].trim(below: lowest)
                }
            }
        }
    }
}
