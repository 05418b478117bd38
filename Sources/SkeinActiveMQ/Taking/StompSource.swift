#if ActiveMQ
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import SkeinMessages
import SkeinTransport
import Synchronization

/// Takes messages in by subscriptions on one connection, each message acknowledged by itself.
final class StompSource: TransportSource {
    private let dialer: StompDialer
    private let connection: StompConnection
    private let broker: StompConfiguration.Broker
    /// How often this side sends something; `nil` for never.
    private let heartBeat: Duration?
    private let plans: [Plan]
    private let state: Mutex<State>

    /// A subscription as it was asked for.
    private struct Plan: Sendable {
        let destination: Destination
        let source: StompDestinations.Source
        let headers: [StompFrame.Header]
        /// Whether a mark is sent, so that the broker stores the queue at once; see ``StompMark``. Not with a selector,
        /// which would leave the mark in the queue.
        let needsMark: Bool
    }

    /// A message that was handed out.
    private struct Handed {
        let plan: Int
        let acknowledgement: String
        /// Whether the broker is told that nobody could take it, because not all of it was read.
        let isRejected: Bool
    }

    private struct State {
        var handed: [UInt64: Handed] = [:]
        var lastReceipt: UInt64 = 0
        /// The ids of subscriptions and their plans.
        var subscriptions: [String: Int] = [:]
        var lastSubscription = 0

        mutating func newSubscription(of plan: Int) -> String {
            lastSubscription += 1
            let id = "s" + String(lastSubscription)
            subscriptions[id] = plan
            return id
        }
    }

    /// Connects and subscribes; a subscription that the broker does not know is made.
    init(_ dialer: StompDialer, _ request: SourceRequest) async throws {
        self.dialer = dialer
        connection = try await dialer.connect()
        heartBeat = connection.server?.beatEvery
        broker = dialer.configuration.broker ?? connection.server?.broker ?? .activeMQ
        state = Mutex(State())
        do {
            plans = try Self.plans(request, dialer, broker)
        } catch {
            plans = []
            await connection.disconnect()
            throw error
        }
        // One more than a broker that keeps to the prefetch ever sends.
        connection.bound(window: request.window, capacity: request.window + plans.count * (prefetchSlack + 1))
        do {
            try await mark(within: dialer.configuration.connectTimeout)
            try await subscribe(within: dialer.configuration.connectTimeout)
        } catch {
            connection.lost(StompFailure(.closed, "not subscribed"))
            throw error
        }
    }

    private var prefetchSlack: Int { dialer.configuration.prefetch ?? 1 }

    /// What a NACK says so that the message does not come again. ActiveMQ never delivers a rejected one again.
    private var notAgain: [StompFrame.Header] {
        switch broker {
        case .rabbitMQ: [StompFrame.Header("requeue", "false")]
        case .activeMQ: []
        }
    }

    func receive(limit: Int) async throws -> [InboundMessage] {
        while true {
            let frames = try await connection.take(limit: limit)
            let now = Timestamp(Date())
            let marks = frames.filter(StompMark.isMark)
            let messages = state.withLock { state in
                frames.compactMap { StompMark.isMark($0) ? nil : hand(out: $0, at: now, &state) }
            }
            // Messages of a subscription that has ended on the way come again by the one that took its place.
            if messages.count < frames.count { connection.putBack(frames.count - messages.count) }
            if !marks.isEmpty { await remove(marks) }
            if !messages.isEmpty { return messages }
        }
    }

    /// A message of which something was left out is rejected instead, so that the broker keeps it: ActiveMQ in its
    /// queue of dead letters, RabbitMQ where a dead-letter exchange of the queue leads to.
    func acknowledge(_ messages: [InboundMessage]) async throws {
        let handed = state.withLock { state in messages.compactMap { state.handed.removeValue(forKey: $0.receipt) } }
        guard !handed.isEmpty else { return }
        let answer = await connection.request("acknowledgements", within: dialer.configuration.connectTimeout) {
            session, issue throws(StompFailure) in
            for message in handed {
                let (id, isRejected) = (message.acknowledgement, message.isRejected)
                issue(isRejected ? try session.reject(id, notAgain) : try session.acknowledge(id))
            }
        }
        connection.putBack(handed.count)
        if let error = answer.error { throw error }
    }

    /// RabbitMQ takes single messages back. ActiveMQ would put them into its queue of dead letters; there the whole
    /// subscription ends and begins again, so that everything of it that is not acknowledged comes again in order.
    func release(_ messages: [InboundMessage]) async throws {
        switch broker {
        case .rabbitMQ: try await reject(messages)
        case .activeMQ: try await resubscribe(messages)
        }
    }

    /// After a silence the broker may not have missed this side yet: it keeps what it has sent into the silence, and
    /// RabbitMQ would give later messages of the same keys to the next connection first. So closing takes until the
    /// broker has missed the heart-beats of this side too.
    func close() async {
        await connection.disconnect()
        if let heartBeat { await connection.waitUntilMissed(heartBeat) }
    }

    private func reject(_ messages: [InboundMessage]) async throws {
        let handed = state.withLock { state in messages.compactMap { state.handed.removeValue(forKey: $0.receipt) } }
        let answer = await connection.request("messages handed back", within: dialer.configuration.connectTimeout) {
            session, issue throws(StompFailure) in
            for message in handed { issue(try session.reject(message.acknowledgement)) }
        }
        connection.putBack(handed.count)
        if let error = answer.error { throw error }
    }

    private func resubscribe(_ messages: [InboundMessage]) async throws {
        let (ended, begun, count) = state.withLock { state in
            let concerned = Set(messages.compactMap { state.handed[$0.receipt]?.plan })
            let ended = state.subscriptions.filter { concerned.contains($0.value) }.map(\.key).sorted()
            let begun = concerned.sorted().map { (plan: $0, id: state.newSubscription(of: $0)) }
            let before = state.handed.count
            for id in ended { state.subscriptions[id] = nil }
            state.handed = state.handed.filter { !concerned.contains($0.value.plan) }
            return (ended, begun, before - state.handed.count)
        }
        guard !begun.isEmpty else { return }
        // The answer is read only if the messages in hand leave room for it.
        for id in ended { connection.drop(id) }
        connection.putBack(count)
        let answer = await connection.request("subscriptions", within: dialer.configuration.connectTimeout) {
            session, issue throws(StompFailure) in
            for id in ended { issue(try session.unsubscribe(id, receipt: false)) }
            for (plan, id) in begun {
                let plan = plans[plan]
                issue(try session.subscribe(id, to: plan.source.destination, plan.headers, receipt: true))
            }
        }
        if let error = answer.error { throw error }
    }

    /// Sends the marks that make ActiveMQ store the queues of the readers. It must be done before the subscriptions: a
    /// mark that is taken at once is never stored.
    private func mark(within timeout: Duration) async throws {
        let queues = plans.filter { $0.needsMark && broker == .activeMQ }.map(\.source.destination)
        guard !queues.isEmpty else { return }
        let answer = await connection.request("marks", within: timeout) { session, issue throws(StompFailure) in
            for queue in queues {
                issue(try session.send(to: queue, StompMark.headers, body: Data(), receipt: true))
            }
        }
        if let error = answer.error { throw error }
    }

    /// Acknowledges marks. A failure is passed over, because a mark that was not removed comes again, and the next call
    /// throws if the connection has ended.
    private func remove(_ marks: [StompFrame]) async {
        _ = await connection.request("marks", within: dialer.configuration.connectTimeout) {
            session, issue throws(StompFailure) in
            for mark in marks { issue(try session.acknowledge(mark["ack"] ?? mark["message-id"] ?? "")) }
        }
    }

    private func subscribe(within timeout: Duration) async throws {
        let ids = state.withLock { state in plans.indices.map { state.newSubscription(of: $0) } }
        let answer = await connection.request("subscriptions", within: timeout) { session, issue throws(StompFailure) in
            for (plan, id) in zip(plans, ids) {
                issue(try session.subscribe(id, to: plan.source.destination, plan.headers, receipt: true))
            }
        }
        if let error = answer.error { throw error }
    }

    private func hand(out frame: StompFrame, at now: Timestamp, _ state: inout State) -> InboundMessage? {
        guard let id = frame["subscription"], let plan = state.subscriptions[id] else { return nil }
        state.lastReceipt += 1
        // STOMP 1.2 gives each message a header for its acknowledgement.
        let acknowledgement = frame["ack"] ?? frame["message-id"] ?? ""
        state.handed[state.lastReceipt] = Handed(
            plan: plan, acknowledgement: acknowledgement,
            // The catalogue is asked for again by those who need it.
            isRejected: frame.leftOut != nil && plans[plan].destination != .catalogue)
        let source = plans[plan].source.destination
        return InboundMessage(
            StompEnvelope.content(of: frame, receivedAt: now), by: plans[plan].destination,
            from: BrokerPosition(topic: source, messageID: frame["message-id"]), receipt: state.lastReceipt,
            replyTo: StompEnvelope.replyTo(of: frame), isRepeated: StompEnvelope.isRepeated(frame))
    }

    private static func plans(
        _ request: SourceRequest, _ dialer: StompDialer, _ broker: StompConfiguration.Broker
    ) throws(TransportError) -> [Plan] {
        let configuration = dialer.configuration
        try ActiveMQTransport.check(request, broker, configuration, dialer.address.label)
        let rule = configuration.destinations ?? .standard(of: broker)
        let share = max(1, request.window / max(1, request.subscriptions.count))
        let prefetch = String(max(1, min(configuration.prefetch ?? share, request.window)))
        return request.subscriptions.map { subscription in
            let source = rule.source(subscription.destination, subscription.reader(of: request.process))
            var headers = source.headers.sorted { $0.key < $1.key }.map { StompFrame.Header($0.key, $0.value) }
            let name = broker == .rabbitMQ ? "prefetch-count" : "activemq.prefetchSize"
            headers.append(StompFrame.Header(name, prefetch))
            let selector = configuration.selectors[subscription.destination]
            if let selector { headers.append(StompFrame.Header("selector", selector)) }
            let isEvents = if case .events = subscription.destination { true } else { false }
            let needsMark = isEvents && selector == nil && source.destination.hasPrefix("/queue/")
            return Plan(
                destination: subscription.destination, source: source, headers: headers, needsMark: needsMark)
        }
    }
}
#endif
