import SkeinCore
import SkeinMessages
import SkeinTransport
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What one check works with: names of its own, connections that are closed afterwards, and waits that end.
final class TransportProbe: Sendable {
    private struct Connections {
        var senders: [any TransportSender] = []
        var sources: [any TransportSource] = []
    }

    let adapter: TransportConformance
    let transport: any Transport
    /// A component that no other check knows; part of all names and message ids of this one.
    let component: String
    private let connections = Mutex(Connections())

    init(adapter: TransportConformance, transport: any Transport) {
        (self.adapter, self.transport) = (adapter, transport)
        component = "conformance-" + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// The events of the component.
    var events: Destination { .events(of: component) }

    /// A process that no other check knows.
    func process(_ name: String = "reader") -> String { "\(component)-\(name)" }

    /// A message of this check.
    func message(
        _ id: String, key: String = "4711", to destination: Destination? = nil, replyTo: String? = nil,
        isRepeated: Bool = false
    ) -> OutboundMessage {
        let envelope = Samples.envelope("\(component)-\(id)", subject: key)
        return OutboundMessage(envelope, to: destination ?? events, replyTo: replyTo, isRepeated: isRepeated)
    }

    /// A message that is larger than the transport takes.
    ///
    /// - Throws: ``TransportConformance/LeftOut`` where that is not known, or too much to try.
    func oversized(_ id: String, key: String = "4711") throws -> OutboundMessage {
        guard let limit = transport.features.maximumMessageSize, limit < 67_108_864 else {
            throw TransportConformance.LeftOut("the features name no 'maximumMessageSize' below 64 MiB")
        }
        var message = message(id, key: key)
        message.envelope.payload.bytes = Data(repeating: 0x20, count: limit + 1)
        return message
    }

    /// Waits for something outside of the check.
    func wait<Value: Sendable>(
        for what: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await ConformancePatience(limit: adapter.patience).wait(for: what, body)
    }

    func sender(
        _ acknowledgement: Acknowledgement = .all, transactionalID: String? = nil, timeout: Duration = .seconds(30)
    ) async throws -> any TransportSender {
        let request = SenderRequest(
            channel: "conformance", process: process("sender"), acknowledgement: acknowledgement,
            transactionalID: transactionalID, timeout: timeout)
        return try await sender(request, of: transport)
    }

    func sender(_ request: SenderRequest, of transport: any Transport) async throws -> any TransportSender {
        let sender = try await wait(for: "a sender to be opened") { try await transport.openSender(request) }
        connections.withLock { $0.senders.append(sender) }
        return sender
    }

    /// Opens a source of one destination: the events of the component, unless stated.
    func source(
        _ destination: Destination? = nil, from beginning: SourceBeginning = .now, process: String? = nil,
        places: [SourcePlace] = [], sharing: SourceRequest.Sharing = .alone, window: Int = 1000
    ) async throws -> ProbedSource {
        let request = SourceRequest(
            channel: "conformance", process: process ?? self.process(),
            subscriptions: [SourceSubscription(destination ?? events, from: beginning)], places: places,
            sharing: sharing, window: window)
        return try await source(request, of: transport)
    }

    func source(_ request: SourceRequest, of transport: any Transport) async throws -> ProbedSource {
        let source = try await wait(for: "a source to be opened") { try await transport.openSource(request) }
        connections.withLock { $0.sources.append(source) }
        return ProbedSource(source: source, probe: self)
    }

    /// Sends messages together.
    ///
    /// - Returns: their outcomes, one for each.
    func outcomes(
        of messages: [OutboundMessage], place: String? = nil, by sender: any TransportSender
    ) async throws -> [SendOutcome] {
        let batch = OutboundBatch(messages, place: place)
        let outcomes = try await wait(for: "the outcomes of \(messages.count) messages") {
            try await sender.send(batch)
        }
        try expectEqual(outcomes.count, messages.count, "the number of outcomes")
        return outcomes
    }

    /// Sends messages together, all of which must be acknowledged.
    func send(_ messages: [OutboundMessage], place: String? = nil, by sender: any TransportSender) async throws {
        let outcomes = try await outcomes(of: messages, place: place, by: sender)
        for (message, outcome) in zip(messages, outcomes) where !outcome.isAcknowledged {
            throw ConformanceFailure(
                description: "'\(message.envelope.id)' to \(message.destination) was not acknowledged: \(outcome)")
        }
    }

    /// Sends messages with new ids, of one key, all of which must be acknowledged.
    func send(_ ids: [String], key: String = "4711", by sender: any TransportSender) async throws {
        try await send(ids.map { message($0, key: key) }, by: sender)
    }

    func close(_ sender: any TransportSender) async throws {
        try await wait(for: "a sender to be closed") { await sender.close() }
    }

    /// Closes what the check has opened, again if it has done so itself.
    func close() async {
        let all = connections.withLock { $0 }
        for source in all.sources { try? await wait(for: "a source to be closed") { await source.close() } }
        for sender in all.senders { try? await wait(for: "a sender to be closed") { await sender.close() } }
    }

    /// The id that a message has in its check; `nil` for what belongs to another one, or cannot be read.
    func id(of message: InboundMessage) -> String? {
        guard case .envelope(let envelope) = message.content, envelope.id.rawValue.hasPrefix(component + "-") else {
            return nil
        }
        return String(envelope.id.rawValue.dropFirst(component.count + 1))
    }
}

/// A source in a check.
struct ProbedSource: Sendable {
    let source: any TransportSource
    let probe: TransportProbe

    func receive(limit: Int = 100) async throws -> [InboundMessage] {
        let messages = try await probe.wait(for: "messages") { try await source.receive(limit: limit) }
        try expect(!messages.isEmpty && messages.count <= limit, "1 to \(limit) messages, not \(messages.count)")
        return messages
    }

    /// Receives until some messages have come.
    ///
    /// - Returns: all that came, repetitions too, without what belongs to other checks.
    func receive(
        through ids: [String], acknowledging: Bool = true
    ) async throws -> [InboundMessage] {
        var missing = Set(ids)
        var all: [InboundMessage] = []
        while !missing.isEmpty {
            let text = missing.sorted().joined(separator: ", ")
            let messages = try await probe.wait(for: "the messages \(text)") { try await source.receive(limit: 100) }
            try expect(!messages.isEmpty, "at least one message from 'receive'")
            if acknowledging { try await acknowledge(messages) }
            for message in messages {
                if let id = probe.id(of: message) { missing.remove(id) } else if isForeign(message) { continue }
                all.append(message)
            }
        }
        return all
    }

    /// Receives until some messages have come.
    ///
    /// - Returns: the ids of all that came, each once, in the order in which they first came.
    func ids(through ids: [String], acknowledging: Bool = true) async throws -> [String] {
        probe.distinctIDs(of: try await receive(through: ids, acknowledging: acknowledging))
    }

    func acknowledge(_ messages: [InboundMessage]) async throws {
        try await probe.wait(for: "an acknowledgement") { try await source.acknowledge(messages) }
    }

    func release(_ messages: [InboundMessage]) async throws {
        try await probe.wait(for: "messages to be handed back") { try await source.release(messages) }
    }

    func close() async throws {
        try await probe.wait(for: "a source to be closed") { await source.close() }
    }

    private func isForeign(_ message: InboundMessage) -> Bool {
        if case .envelope = message.content { true } else { false }
    }
}

extension TransportProbe {
    /// The ids of messages, each once, in the order in which they first came.
    func distinctIDs(of messages: [InboundMessage]) -> [String] {
        var seen: Set<String> = []
        return messages.compactMap(id(of:)).filter { seen.insert($0).inserted }
    }
}

/// Runs what must throw a `TransportError` with one of some codes.
@discardableResult
func expectTransportError(
    _ codes: TransportError.Code..., from what: String, _ body: () async throws -> Void
) async throws -> TransportError {
    let expected = codes.map(\.rawValue).joined(separator: " or ")
    do { try await body() } catch let error as TransportError {
        guard codes.contains(error.code) else {
            throw ConformanceFailure(
                description: "expected the code \(expected) from \(what), not \(error.code): \(error)")
        }
        return error
    }
    throw ConformanceFailure(description: "expected an error with the code \(expected) from \(what)")
}
