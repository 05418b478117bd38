#if ActiveMQ
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import SkeinMessages
import SkeinTransport

extension StompDeadLetterQueue {
    func listed(_ limit: Int) async throws -> [StompDeadLetter] {
        try await withConnection { connection in Self.letters(try await browse(connection, limit: limit)) }
    }

    func sent(back id: String) async throws -> Bool {
        try await withConnection { connection in
            try await sendBack([id], selector: "JMSMessageID = '\(id.replacing("'", with: "''"))'", connection) > 0
        }
    }

    func allSentBack(_ limit: Int) async throws -> Int {
        try await withConnection { connection in
            let ids = try await browse(connection, limit: limit).compactMap { $0["message-id"] }
            return try await sendBack(Set(ids), selector: nil, connection)
        }
    }

    private var destination: String { "/queue/" + name }
    private var patience: Duration { transport.configuration.connectTimeout }

    private func withConnection<Result>(
        _ body: (StompConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await transport.dialer.connect()
        let broker = transport.configuration.broker ?? connection.server?.broker
        do {
            guard broker != .rabbitMQ else {
                throw TransportError(
                    .unsupported,
                    "\(transport.label): RabbitMQ has no common queue of dead letters; look into the dead-letter "
                        + "exchange that the broker is configured with")
            }
            let result = try await body(connection)
            await connection.disconnect()
            return result
        } catch {
            await connection.disconnect()
            throw error
        }
    }

    /// A browser shows what is there and then says so, with a message that has the header `browser`.
    private func browse(
        _ connection: StompConnection, limit: Int, selector: String? = nil
    ) async throws -> [StompFrame] {
        connection.bound(window: .max, capacity: .max)
        // The broker waits for acknowledgements of a browser too, when it has sent the prefetch.
        let prefetch = String(min(limit, 1_000_000) + 1)
        var headers = [StompFrame.Header("browser", "true"), StompFrame.Header("activemq.prefetchSize", prefetch)]
        if let selector { headers.append(StompFrame.Header("selector", selector)) }
        let asked = await connection.request("the browser", within: patience) { session, issue throws(StompFailure) in
            issue(try session.subscribe("browser", to: destination, headers, receipt: true))
        }
        if let error = asked.error { throw error }
        var frames: [StompFrame] = []
        var isOver = false
        while !isOver, frames.count < limit {
            for frame in try await connection.take(limit: limit) {
                isOver = isOver || frame["browser"] == "end"
                if !isOver, frames.count < limit { frames.append(frame) }
            }
        }
        let ended = await connection.request("the browser", within: patience) { session, issue throws(StompFailure) in
            issue(try session.unsubscribe("browser", receipt: true))
        }
        if let error = ended.error { throw error }
        connection.drop("browser")
        return frames
    }

    /// Takes messages out and sends them to their origins until none of the ids is left.
    private func sendBack(
        _ ids: Set<String>, selector: String?, _ connection: StompConnection
    ) async throws -> Int {
        var left = ids
        if let selector {
            // A subscription says nothing when it has no message; a browser does.
            let found = try await browse(connection, limit: 1, selector: selector)
            left.formIntersection(found.compactMap { $0["message-id"] })
        }
        guard !left.isEmpty else { return 0 }
        connection.bound(window: .max, capacity: .max)
        var headers = [StompFrame.Header("activemq.prefetchSize", String(ids.count))]
        if let selector { headers.append(StompFrame.Header("selector", selector)) }
        let asked = await connection.request("the queue", within: patience) { session, issue throws(StompFailure) in
            issue(try session.subscribe("letters", to: destination, headers, receipt: true))
        }
        if let error = asked.error { throw error }
        var count = 0
        while !left.isEmpty, case let frames = try await taken(left.count, connection), !frames.isEmpty {
            for frame in frames {
                guard let id = frame["message-id"], left.remove(id) != nil else { continue }
                if try await move(frame, connection) { count += 1 }
            }
        }
        return count
    }

    /// What comes while there is patience; nothing where somebody else has taken the rest meanwhile.
    private func taken(_ limit: Int, _ connection: StompConnection) async throws -> [StompFrame] {
        try await withThrowingTaskGroup(of: [StompFrame].self) { group in
            group.addTask { try await connection.take(limit: limit) }
            group.addTask {
                try await Task.sleep(for: patience)
                return []
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// - Returns: `false` for a message without an origin, which stays where it is.
    private func move(_ frame: StompFrame, _ connection: StompConnection) async throws -> Bool {
        guard let origin = frame["original-destination"], let acknowledgement = frame["ack"] else { return false }
        let headers = frame.headers.filter { !Self.ofBroker.contains($0.name) }
        let answer = await connection.request("a dead letter", within: patience) {
            session, issue throws(StompFailure) in
            let (transaction, begin) = try session.begin()
            issue(begin)
            issue(
                try session.send(
                    to: origin, headers, body: frame.body, isCounted: frame.isCounted, transaction: transaction,
                    receipt: false))
            issue(try session.acknowledge(acknowledgement, transaction: transaction))
            issue(try session.commit(transaction))
        }
        if let error = answer.error { throw error }
        return true
    }

    /// What the broker has written into a message, and would write again.
    private static let ofBroker: Set<String> = [
        "ack", "destination", "dlqDeliveryFailureCause", "expires", "message-id", "original-destination",
        "originalExpiration", "redelivered", "subscription", "timestamp",
    ]

    private static func letters(_ frames: [StompFrame]) -> [StompDeadLetter] {
        let now = Timestamp(Date())
        return frames.map { frame in
            StompDeadLetter(
                id: frame["message-id"] ?? "", origin: frame["original-destination"],
                reason: frame["dlqDeliveryFailureCause"],
                content: StompEnvelope.content(of: frame, receivedAt: now))
        }
    }
}
#endif
