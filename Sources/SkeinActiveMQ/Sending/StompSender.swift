#if ActiveMQ
import SkeinMessages
import SkeinTransport
import Synchronization

/// Sends batches: to ActiveMQ as transactions, to RabbitMQ with a receipt for each message.
///
/// ActiveMQ stores a transaction with one write to its disk, and each message that has a receipt of its own with one.
/// RabbitMQ confirms messages in groups by itself, and answers COMMIT before it has stored them.
final class StompSender: TransportSender {
    private let dialer: StompDialer
    private let request: SenderRequest
    private let state: Mutex<State>

    private struct State {
        var connection: StompConnection
        /// Whether a batch is under way, which may make another connection.
        var isSending = false
        var isClosed = false
        var notice: (@Sendable (TransportError) -> Void)?
    }

    init(_ dialer: StompDialer, _ request: SenderRequest) async throws {
        (self.dialer, self.request) = (dialer, request)
        state = Mutex(State(connection: try await dialer.connect(within: request.timeout)))
    }

    func send(_ batch: OutboundBatch) async throws -> [SendOutcome] {
        guard batch.place == nil else {
            throw TransportError(
                .unsupported, "\(dialer.address.label) keeps no place of the sender; send batches without one")
        }
        guard !batch.messages.isEmpty else { return [] }
        let connection = try usable()
        state.withLock { $0.isSending = true }
        defer {
            state.withLock { $0.isSending = false }
            tellIfLost()
        }
        let configuration = dialer.configuration
        let broker = configuration.broker ?? connection.server?.broker ?? .activeMQ
        let destinations = configuration.destinations ?? .standard(of: broker)
        var work = StompBatch(batch.messages, to: destinations, maximumSize: configuration.maximumMessageSize)
        let deadline = ContinuousClock.now + request.timeout
        switch (request.acknowledgement, broker) {
        case (.none, _): try await leave(connection, &work)
        case (.one, .rabbitMQ), (.all, .rabbitMQ): try await confirm(connection, &work, deadline)
        case (.one, .activeMQ), (.all, .activeMQ): try await commit(connection, &work, deadline)
        }
        return work.results(otherwise: state.withLock { $0.connection }.error ?? notConfirmed)
    }

    func committedPlace() async throws -> String? { nil }

    func whenLost(_ notice: @escaping @Sendable (TransportError) -> Void) {
        let connection = state.withLock { state in
            state.notice = notice
            return state.connection
        }
        watch(connection)
    }

    private func watch(_ connection: StompConnection) {
        connection.whenOver { [weak self] in self?.tellIfLost() }
    }

    private func tellIfLost() {
        let (notice, error) = state.withLock { state -> ((@Sendable (TransportError) -> Void)?, TransportError?) in
            guard !state.isSending, !state.isClosed, let error = state.connection.error else { return (nil, nil) }
            defer { state.notice = nil }
            return (state.notice, error)
        }
        if let error { notice?(error) }
    }

    func close() async {
        let connection = state.withLock { state in
            state.isClosed = true
            return state.connection
        }
        await connection.disconnect()
    }

    private var notConfirmed: TransportError { dialer.errors.timeout("a message", request.timeout) }

    private func usable() throws(TransportError) -> StompConnection {
        let (connection, isClosed) = state.withLock { ($0.connection, $0.isClosed) }
        if isClosed { throw dialer.errors.error(StompFailure(.closed, "closed")) }
        if let error = connection.error { throw error }
        return connection
    }

    /// Without receipts: done when the bytes have left.
    private func leave(_ connection: StompConnection, _ work: inout StompBatch) async throws {
        let items = work.open
        let answer = await connection.request("a batch", within: request.timeout) {
            session, issue throws(StompFailure) in
            for item in items { try issue(item.issued(by: &session, of: work, receipt: false)) }
        }
        try Self.rethrowCancellation(answer)
        if let error = answer.error { throw error }
        for item in items { work.acknowledge(item.index) }
    }

    /// With a receipt for each message, all of them under way at once. The broker stops at the first that it refuses,
    /// and does not say which one that is.
    private func confirm(
        _ connection: StompConnection, _ work: inout StompBatch, _ deadline: ContinuousClock.Instant
    ) async throws {
        let items = work.open
        var receipts: [(receipt: UInt64, index: Int)] = []
        receipts.reserveCapacity(items.count)
        let answer = await connection.request("\(items.count) messages", within: request.timeout) {
            session, issue throws(StompFailure) in
            for item in items {
                let issued = try item.issued(by: &session, of: work, receipt: true)
                if let receipt = issued.receipt { receipts.append((receipt, item.index)) }
                issue(issued)
            }
        }
        try Self.rethrowCancellation(answer)
        for (receipt, index) in receipts where !answer.missing.contains(receipt) { work.acknowledge(index) }
        if case .server? = answer.failure?.kind {
            try await single(connection, &work, deadline)
        } else if answer.error != nil, answer.failure == nil {
            // What is late may still be on its way, and must not overtake what is sent again.
            connection.lost(StompFailure(.lost, "\(notConfirmed)"))
        }
    }

    /// As one transaction; if the broker refuses that, message by message, to find out which one it means.
    private func commit(
        _ connection: StompConnection, _ work: inout StompBatch, _ deadline: ContinuousClock.Instant
    ) async throws {
        let items = work.open
        guard items.count > 1 else { return try await single(connection, &work, deadline) }
        let answer = await connection.request("\(items.count) messages", within: request.timeout) {
            session, issue throws(StompFailure) in
            let (transaction, begin) = try session.begin()
            issue(begin)
            for item in items {
                issue(try item.issued(by: &session, of: work, transaction: transaction, receipt: false))
            }
            issue(try session.commit(transaction))
        }
        try Self.rethrowCancellation(answer)
        if answer.error == nil {
            for item in items { work.acknowledge(item.index) }
        } else if case .server? = answer.failure?.kind {
            try await single(connection, &work, deadline)
        } else if answer.failure == nil {
            connection.lost(StompFailure(.lost, "\(notConfirmed)"))
        }
    }

    /// One message after the other. A message that ends the connection is the one that the broker's error is about,
    /// and the next one gets a new connection.
    private func single(
        _ first: StompConnection, _ work: inout StompBatch, _ deadline: ContinuousClock.Instant
    ) async throws {
        var connection = first
        while let item = work.open.first {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return }
            if connection.error != nil {
                do {
                    connection = try await reconnect(within: left)
                } catch let error as TransportError {
                    // The outcomes that are known must not get lost.
                    work.fail(item.index, .failed(error))
                    return
                }
            }
            let answer = await connection.request("a message", within: left) { session, issue throws(StompFailure) in
                issue(try item.issued(by: &session, of: work, receipt: true))
            }
            try Self.rethrowCancellation(answer)
            guard answer.error != nil else {
                work.acknowledge(item.index)
                continue
            }
            guard case .server? = answer.failure?.kind else {
                connection.lost(StompFailure(.lost, "\(notConfirmed)"))
                return
            }
            work.fail(item.index, outcome(answer))
        }
    }

    private func reconnect(within timeout: Duration) async throws -> StompConnection {
        let connection = try await dialer.connect(within: timeout)
        let isClosed = state.withLock { state in
            state.connection = connection
            return state.isClosed
        }
        guard isClosed else {
            watch(connection)
            return connection
        }
        await connection.disconnect()
        throw dialer.errors.error(StompFailure(.closed, "closed"))
    }

    private func outcome(_ answer: StompConnection.Answer) -> SendOutcome {
        guard let failure = answer.failure else { return .failed(notConfirmed) }
        let error = dialer.errors.error(failure)
        return StompErrors.isFinal(error) ? .refused(error) : .failed(error)
    }

    private static func rethrowCancellation(_ answer: StompConnection.Answer) throws {
        if let error = answer.error as? CancellationError { throw error }
    }
}

extension StompBatch.Item {
    /// The SEND of a message.
    fileprivate func issued(
        by session: inout StompSession, of work: borrowing StompBatch, transaction: String? = nil, receipt: Bool
    ) throws(StompFailure) -> StompSession.Issued {
        try session.send(
            to: destination, headers, body: work.messages[index].envelope.payload.bytes, transaction: transaction,
            receipt: receipt)
    }
}
#endif
