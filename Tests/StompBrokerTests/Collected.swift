#if ActiveMQ
import SkeinMessages
import SkeinTransport
import Synchronization

/// What several sources have received.
final class Collected: Sendable {
    private let messages = Mutex<[(source: Int, message: InboundMessage)]>([])

    /// How many different messages there are.
    var count: Int { messages.withLock { Set($0.map(\.message.id)).count } }

    func add(_ more: [InboundMessage], to source: Int) {
        messages.withLock { $0 += more.map { (source, $0) } }
    }

    /// The ids of a key's messages as numbers, in the order in which one source got them.
    func numbers(of key: String, at source: Int) -> [Int] {
        messages.withLock { messages in
            messages.filter { $0.source == source && $0.message.envelope?.subject == key }
                .compactMap { Int($0.message.id) }
        }
    }
}
#endif
