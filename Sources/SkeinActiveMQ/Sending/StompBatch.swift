import SkeinMessages
import SkeinTransport

/// A batch on its way: what may still be sent, and what has become of each message.
///
/// It keeps the order of keys: when a message is not acknowledged, those behind it with the same destination and
/// subject are withheld (contract of `Transport`, point 2).
struct StompBatch: Sendable {
    /// A message that is ready to be written.
    struct Item: Sendable {
        let index: Int
        let destination: String
        let headers: [StompFrame.Header]
    }

    private struct Key: Hashable {
        let destination: Destination
        let subject: String
    }

    let messages: [OutboundMessage]
    private var outcomes: [SendOutcome?]
    private var headers: [Item?]
    /// Keys of which a message was not acknowledged.
    private var stopped: Set<Key> = []

    /// Encodes the messages; those that cannot be, or are too large, are refused at once.
    init(_ messages: [OutboundMessage], to destinations: StompDestinations, maximumSize: Int) {
        self.messages = messages
        outcomes = Array(repeating: nil, count: messages.count)
        headers = Array(repeating: nil, count: messages.count)
        for (index, message) in messages.enumerated() {
            do {
                headers[index] = try Self.item(index, message, destinations, maximumSize)
            } catch {
                outcomes[index] = .refused(error)
            }
        }
        withhold()
    }

    /// The messages without an outcome, in their order.
    var open: [Item] {
        outcomes.indices.compactMap { outcomes[$0] == nil ? headers[$0] : nil }
    }

    /// The outcome of each message.
    ///
    /// - Parameter error: why those without one have none.
    func results(otherwise error: TransportError) -> [SendOutcome] {
        outcomes.map { $0 ?? .failed(error) }
    }

    /// Whether each message has its outcome.
    var isOver: Bool { !outcomes.contains { $0 == nil } }

    /// The broker has a message. If one before it with its key fails, its outcome becomes `failed`.
    mutating func acknowledge(_ index: Int) { settle(index, .acknowledged) }

    /// The broker does not have a message.
    mutating func fail(_ index: Int, _ outcome: SendOutcome) {
        settle(index, outcome)
        withhold()
    }

    private mutating func settle(_ index: Int, _ outcome: SendOutcome) {
        if outcomes[index] == nil { outcomes[index] = outcome }
    }

    /// Fails the messages behind those that have failed, by their keys.
    private mutating func withhold() {
        stopped.removeAll()
        for (index, message) in messages.enumerated() {
            let key = Key(destination: message.destination, subject: message.envelope.subject)
            switch outcomes[index] {
            case .acknowledged where !stopped.contains(key): continue
            case nil where !stopped.contains(key): continue
            case nil, .acknowledged: outcomes[index] = .failed(Self.behind(message))
            case .failed, .refused: stopped.insert(key)
            }
        }
    }

    private static func behind(_ message: OutboundMessage) -> TransportError {
        TransportError(
            .broker,
            "the message '\(message.envelope.name)' to \(message.destination) waits for one before it with the same "
                + "subject, which was not acknowledged")
    }

    private static func item(
        _ index: Int, _ message: OutboundMessage, _ destinations: StompDestinations, _ maximumSize: Int
    ) throws(TransportError) -> Item {
        let name = message.envelope.name
        let size = message.envelope.payload.bytes.count
        guard size <= maximumSize else {
            throw TransportError(
                .tooLarge,
                "the message '\(name)' to \(message.destination) has \(size) bytes; at most \(maximumSize) are sent: "
                    + "raise 'maximumMessageSize' of the transport if the broker takes more, or send a reference")
        }
        let replyDestination = message.replyTo.map { destinations.target(.replies(to: $0), name) }
        let headers = try StompEnvelope.headers(of: message, replyDestination: replyDestination)
        return Item(index: index, destination: destinations.target(message.destination, name), headers: headers)
    }
}
