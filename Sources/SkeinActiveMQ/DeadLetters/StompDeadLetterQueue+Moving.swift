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

    func sent(back id: String) async throws -> StompSendBack {
        try await withConnection { connection in
            let selector = "JMSMessageID = '\(id.replacing("'", with: "''"))'"
            // A subscription says nothing when it has no message; a browser does.
            let found = try await browse(connection, limit: 1, selector: selector)
            var result = try await sendBack(found, selector: selector, connection)
            if found.isEmpty { result.gone = [id] }
            return result
        }
    }

    func allSentBack(_ limit: Int) async throws -> StompSendBack {
        try await withConnection { connection in
            try await sendBack(try await browse(connection, limit: limit), selector: nil, connection)
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
            let next = try await connection.take(limit: limit, within: patience)
            guard !next.isEmpty else { throw connection.errors.timeout("the browser", patience) }
            for frame in next {
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

    /// Takes messages that were listed out of the queue, and sends them to their origins. It ends when all of them have
    /// come, or when nothing has come for a while.
    private func sendBack(
        _ listed: [StompFrame], selector: String?, _ connection: StompConnection
    ) async throws -> StompSendBack {
        var result = StompSendBack()
        var expected: [String] = []
        for frame in listed {
            guard let id = frame["message-id"] else { continue }
            guard let reason = Self.reasonToStay(frame) else {
                expected.append(id)
                continue
            }
            result.stayed.append(id)
            result.reasons[id] = reason
        }
        var left = Set(expected)
        guard !left.isEmpty else { return result }
        connection.bound(window: .max, capacity: .max)
        // The broker hands out those that stay as well, and no more until they are acknowledged.
        var headers = [StompFrame.Header("activemq.prefetchSize", String(listed.count))]
        if let selector { headers.append(StompFrame.Header("selector", selector)) }
        let asked = await connection.request("the queue", within: patience) { session, issue throws(StompFailure) in
            issue(try session.subscribe("letters", to: destination, headers, receipt: true))
        }
        if let error = asked.error { throw error }
        while !left.isEmpty {
            let frames = try await connection.take(limit: left.count, within: patience)
            guard !frames.isEmpty else { break }
            for frame in frames {
                guard let id = frame["message-id"], left.contains(id), let acknowledgement = frame["ack"],
                    let origin = frame["original-destination"]
                else { continue }
                try await move(frame, acknowledgement, to: origin, connection)
                left.remove(id)
                result.sentBack.append(id)
            }
        }
        result.gone = expected.filter(left.contains)
        return result
    }

    /// Why a letter cannot be sent back: not all of it was read, or it does not say where it came from.
    private static func reasonToStay(_ frame: StompFrame) -> String? {
        if let leftOut = frame.leftOut { return "\(leftOut)" }
        return frame["original-destination"] == nil ? "it does not say where it came from" : nil
    }

    private func move(
        _ frame: StompFrame, _ acknowledgement: String, to origin: String, _ connection: StompConnection
    ) async throws {
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
