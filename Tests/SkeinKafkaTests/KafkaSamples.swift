#if Kafka
import ChildPrograms
import Foundation
import SkeinKafka
import SkeinMessages
import SkeinTransport

/// The cluster that the tests use which do not harm it: a real one, or one mock for all of them.
enum Cluster {
    /// The address of a real broker, where the environment names one.
    static let real = ProcessInfo.processInfo.environment["SKEIN_KAFKA"]
    private static let mock = Result { try MockBroker(brokers: 3) }

    static var servers: String {
        get throws { if let real { real } else { try mock.get().servers } }
    }

    /// Makes a topic with a number of partitions.
    static func makeTopic(_ name: String, partitions: Int) async throws {
        guard real != nil else { return try mock.get().obey("topic \(name) \(partitions)") }
        let transport = KafkaTransport.kafka(try servers) {
            $0.topicCreation = .create(partitions: partitions, replicas: 1)
            $0.topics = { _ in name }
        }
        let source = try await transport.openSource(
            SourceRequest(channel: "test", process: "maker", subscriptions: [SourceSubscription(.catalogue)]))
        await source.close()
    }

    /// The transport as the tests want it: quick, and with topics that come into being by themselves.
    static func transport(
        _ servers: String? = nil, _ configure: (inout KafkaConfiguration) -> Void = { _ in }
    ) throws -> KafkaTransport {
        try .kafka(servers ?? Self.servers) {
            $0.topicCreation = real == nil ? .byBroker : .create(partitions: 4, replicas: 1)
            $0.linger = .zero
            $0.commitInterval = .milliseconds(20)
            // A machine with other work may be slow to answer.
            $0.connectTimeout = .seconds(120)
            configure(&$0)
        }
    }

    /// A name that no other test has.
    static func name(_ word: String) -> String { "\(word)-\(UUID().uuidString.prefix(8).lowercased())" }
}

/// An event of a component.
func event(_ id: String, of component: String, subject: String = "4711", body: String = "{}") -> Envelope {
    Envelope(
        time: Timestamp(microseconds: 1_767_225_600_000_000),
        metadata: .init(
            id: MessageID(id), kind: .event, name: MessageName(stringLiteral: "order.placed"),
            version: SchemaVersion(1, 0, 0), source: component, subject: subject),
        context: .init(correlationID: MessageID(id)), payload: Payload(bytes: Data(body.utf8)))
}

extension Transport {
    /// A sender for tests.
    func sender(
        _ acknowledgement: Acknowledgement = .all, transactionalID: String? = nil,
        timeout: Duration = .patience
    ) async throws -> any TransportSender {
        try await openSender(
            SenderRequest(
                channel: "test", process: "sender", acknowledgement: acknowledgement,
                transactionalID: transactionalID, timeout: timeout))
    }

    /// A source of the events of a component.
    func source(
        _ component: String, as process: String, from beginning: SourceBeginning = .beginning,
        places: [SourcePlace] = [], sharing: SourceRequest.Sharing = .alone, window: Int = 1000
    ) async throws -> any TransportSource {
        try await openSource(
            SourceRequest(
                channel: "test", process: process,
                subscriptions: [SourceSubscription(.events(of: component), from: beginning)], places: places,
                sharing: sharing, window: window))
    }
}

extension TransportSender {
    /// Sends events and expects that all are acknowledged.
    func publish(_ envelopes: [Envelope], of component: String, place: String? = nil) async throws {
        let messages = envelopes.map { OutboundMessage($0, to: .events(of: component)) }
        for outcome in try await send(OutboundBatch(messages, place: place)) {
            guard case .acknowledged = outcome else { throw Unexpected("\(outcome)") }
        }
    }
}

extension TransportSource {
    /// Takes messages until there are enough.
    func take(_ count: Int, acknowledges: Bool = true) async throws -> [InboundMessage] {
        var all: [InboundMessage] = []
        while all.count < count {
            let messages = try await receive(limit: count - all.count)
            if acknowledges { try await acknowledge(messages) }
            all += messages
        }
        return all
    }
}

/// The error that something throws.
func failure(_ attempt: () async throws -> Void) async throws -> TransportError {
    do {
        try await attempt()
    } catch let error as TransportError {
        return error
    }
    throw Unexpected("nothing was thrown")
}

extension KafkaTransport {
    /// The errors of a sender and of a source that must not come into being.
    func openingFailures(timeout: Duration = .seconds(2)) async throws -> [TransportError] {
        [
            try await failure { _ = try await sender(timeout: timeout) },
            try await failure { _ = try await source("payment", as: "reader") },
        ]
    }
}

/// Something else has come than the test needs to go on.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension InboundMessage {
    /// The message's id; `nil` for one that cannot be read.
    var id: String? { if case .envelope(let envelope) = content { envelope.id.rawValue } else { nil } }

    /// Its ordering key; `nil` for one that cannot be read.
    var subject: String? { if case .envelope(let envelope) = content { envelope.subject } else { nil } }
}
#endif
