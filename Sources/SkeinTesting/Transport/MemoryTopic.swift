import SkeinMessages
import SkeinStorage
import SkeinTransport

/// One topic of a ``MemoryBroker``: partitions, each of which keeps the order of storing.
struct MemoryTopic: Sendable {
    /// One message as the broker has it.
    struct Stored: Sendable {
        var content: InboundMessage.Content
        var key: String
        var replyTo: String?
        var isRepeated: Bool
        /// When the broker stored it, by its clock.
        var time: Timestamp
        /// Counts all messages of the broker in the order of storing.
        var sequence: Int64
    }

    /// What keeps its order.
    struct Partition: Sendable {
        /// The offset of the oldest message that is there.
        private(set) var first: Int64 = 0
        private(set) var messages: [Stored] = []

        /// The offset of the next message to be stored.
        var end: Int64 { first + Int64(messages.count) }

        subscript(offset: Int64) -> Stored { messages[Int(offset - first)] }

        mutating func append(_ message: Stored) { messages.append(message) }

        mutating func trim(below offset: Int64) {
            let count = min(max(offset - first, 0), Int64(messages.count))
            messages.removeFirst(Int(count))
            first += count
        }

        /// Where a reader begins that has read nothing.
        func place(of beginning: SourceBeginning) -> Int64 {
            switch beginning {
            case .now: end
            case .beginning: first
            case .time(let time): messages.firstIndex { $0.time >= time }.map { first + Int64($0) } ?? end
            }
        }
    }

    let destination: Destination
    var partitions: [Partition]

    init(_ destination: Destination, partitions: Int) {
        self.destination = destination
        self.partitions = Array(repeating: Partition(), count: partitions)
    }

    func partition(of key: String) -> Int { Int(StableHash.value(of: key) % UInt64(partitions.count)) }
}

extension Destination {
    /// The name of the topic in a ``MemoryBroker``.
    var memoryTopic: String {
        switch self {
        case .events(let component): "\(component).events"
        case .commands(let component): "\(component).commands"
        case .replies(let process): "\(process).replies"
        case .catalogue: "catalogue"
        }
    }
}
