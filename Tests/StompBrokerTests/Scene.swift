#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinMessages
import SkeinTransport

/// Names that no other test has, on a broker, and what tests do with them.
struct Scene {
    let broker: BrokerProcess
    /// A component that publishes and is sent commands.
    let component = "payment" + Scene.suffix()
    /// A process that reads.
    let reader = "order" + Scene.suffix()
    /// Where to connect, if not to the broker itself.
    var port: Int?

    private static func suffix() -> String { UUID().uuidString.prefix(8).lowercased() }

    init(_ kind: BrokerProcess.Kind) async throws { broker = try await SharedBrokers.broker(kind) }

    init(_ broker: BrokerProcess) { self.broker = broker }

    var events: Destination { .events(of: component) }
    var commands: Destination { .commands(to: component) }

    static let credentials = StompConfiguration.Credentials(user: "skein", password: "secret")

    func transport(_ change: (inout StompConfiguration) -> Void = { _ in }) -> ActiveMQTransport {
        var configuration = StompConfiguration(credentials: Self.credentials)
        change(&configuration)
        return .activeMQ("localhost:\(port ?? broker.ports.stomp)", configuration: configuration)
    }

    func sender(
        _ acknowledgement: Acknowledgement = .all, timeout: Duration = .patience,
        _ change: (inout StompConfiguration) -> Void = { _ in }
    ) async throws -> any TransportSender {
        let request = SenderRequest(
            channel: "test", process: component, acknowledgement: acknowledgement, timeout: timeout)
        return try await transport(change).openSender(request)
    }

    func source(
        _ destinations: [Destination]? = nil, reader: String? = nil, window: Int = 100,
        sharing: SourceRequest.Sharing = .alone, _ change: (inout StompConfiguration) -> Void = { _ in }
    ) async throws -> any TransportSource {
        let request = SourceRequest(
            channel: "test", process: reader ?? self.reader,
            subscriptions: (destinations ?? [events]).map { SourceSubscription($0) }, sharing: sharing, window: window)
        return try await transport(change).openSource(request)
    }

    func message(
        _ id: String, _ subject: String = "k", name: String = "received", to destination: Destination? = nil,
        body: Data = Data("{}".utf8)
    ) throws -> OutboundMessage {
        let metadata = Envelope.Metadata(
            id: MessageID(id), kind: .event, name: try MessageName(validating: component + "." + name),
            version: SchemaVersion(1, 0, 0), source: component, subject: subject)
        let envelope = Envelope(
            time: Timestamp(microseconds: 1_700_000_000_000_000), metadata: metadata,
            context: Envelope.Context(correlationID: MessageID(id)), payload: Payload(bytes: body))
        return OutboundMessage(envelope, to: destination ?? events)
    }
}

extension TransportSource {
    /// Receives until there are so many messages.
    func receive(exactly count: Int) async throws -> [InboundMessage] {
        var messages: [InboundMessage] = []
        while messages.count < count { messages += try await receive(limit: count - messages.count) }
        return messages
    }

    /// Receives and acknowledges until there are so many messages.
    func take(_ count: Int) async throws -> [InboundMessage] {
        var messages: [InboundMessage] = []
        while messages.count < count {
            let next = try await receive(limit: count - messages.count)
            try await acknowledge(next)
            messages += next
        }
        return messages
    }
}

extension InboundMessage {
    var envelope: Envelope? { if case .envelope(let envelope) = content { envelope } else { nil } }
    var id: String { envelope.map { "\($0.id)" } ?? "unreadable" }
}

extension [SendOutcome] {
    var areAcknowledged: Bool { allSatisfy { $0.isAcknowledged } }
}

extension SendOutcome {
    var isAcknowledged: Bool { if case .acknowledged = self { true } else { false } }
    var refusal: TransportError? { if case .refused(let error) = self { error } else { nil } }
    var failure: TransportError? { if case .failed(let error) = self { error } else { nil } }
}
#endif
