import SkeinTransport

/// ActiveMQ's queue of what nobody could take: messages that were rejected or have expired.
///
/// Each call has a connection of its own. A broker's policies can name other queues for some destinations; give their
/// names to ``ActiveMQTransport/deadLetters(queue:)``.
public struct StompDeadLetterQueue: Sendable {
    /// The name of the queue, without `/queue/`.
    public let name: String
    let transport: ActiveMQTransport

    /// What lies there, oldest first, without taking it away.
    ///
    /// - Parameter limit: how many at most, 1 or more. The broker shows no more than its own `maxBrowsePageSize`.
    /// - Throws: `TransportError`, with code `unsupported` for RabbitMQ; `CancellationError`.
    public func list(limit: Int = 100) async throws -> [StompDeadLetter] {
        #if ActiveMQ
        try await listed(limit)
        #else
        throw ActiveMQTransport.withoutTrait
        #endif
    }

    /// Sends one message back to where it came from. It leaves the queue and arrives there in one transaction.
    ///
    /// - Returns: `false` when there is no message with that id, it does not say where it came from, it cannot be read
    ///   in full (see ``StompConfiguration/maximumMessageSize``), or somebody else takes it.
    /// - Throws: `TransportError`, with code `unsupported` for RabbitMQ; `CancellationError`.
    public func sendBack(id: String) async throws -> Bool {
        #if ActiveMQ
        try await !sent(back: id).sentBack.isEmpty
        #else
        throw ActiveMQTransport.withoutTrait
        #endif
    }

    /// Sends messages back one by one, each as ``sendBack(id:)`` does, and says of each that stays why it does.
    ///
    /// - Returns: what became of each; one that is not there counts as gone.
    /// - Throws: `TransportError`, with code `unsupported` for RabbitMQ; `CancellationError`. What was sent back before
    ///   stays so.
    public func sendBack(ids: [String]) async throws -> StompSendBack {
        #if ActiveMQ
        var all = StompSendBack()
        for id in ids {
            let one = try await sent(back: id)
            all.sentBack += one.sentBack
            all.stayed += one.stayed
            all.gone += one.gone
            all.reasons.merge(one.reasons) { first, _ in first }
        }
        return all
        #else
        throw ActiveMQTransport.withoutTrait
        #endif
    }

    /// Sends back all that is listed, oldest first, each in a transaction of its own. It may run in several processes
    /// at once: each letter is sent back by one of them. What is listed and does not come within
    /// ``StompConfiguration/connectTimeout`` counts as gone.
    ///
    /// - Parameter limit: how many at most, 1 or more. The broker lists no more than its own `maxBrowsePageSize`.
    /// - Returns: what became of each letter that was listed.
    /// - Throws: `TransportError`, with code `unsupported` for RabbitMQ; `CancellationError`. What was sent back before
    ///   stays so.
    public func sendBackAll(limit: Int = 1000) async throws -> StompSendBack {
        #if ActiveMQ
        try await allSentBack(limit)
        #else
        throw ActiveMQTransport.withoutTrait
        #endif
    }
}

extension ActiveMQTransport {
    /// The queue of dead letters, to look into and to send back from.
    ///
    /// - Parameter queue: the name of the queue, without `/queue/`; that of ActiveMQ's own policy unless stated.
    public func deadLetters(queue: String = "ActiveMQ.DLQ") -> StompDeadLetterQueue {
        StompDeadLetterQueue(name: queue, transport: self)
    }
}
