import SkeinCloudEvents
import SkeinStorage
import SkeinTransport
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A delivered message that cannot be read, is too large, or has no owner here, as it stands in the log.
struct UnreadableReceived: Event {
    static let name: MessageName = "skein.unreadable"
    static let audience = Audience.system

    /// Why it cannot be read.
    var reason: String
    /// Those for which there is room beside the body.
    var headers: [String: String]
    /// How many others there were; `nil` for none.
    var headersLeftOut: Int?
    /// The body where it is text, and else ``base64``; cut where it is longer than a payload may be.
    var body: String?
    var base64: String?
    /// The size of the body as it came, in bytes.
    var size: Int
}

/// The component that every runtime with channels has: it parks what nobody could read, so that an operator sees it and
/// can put it right.
///
/// An incident reports each of these messages. Edited into a CloudEvent (structured mode, JSON) and retried, it takes
/// the place of the message that should have come.
package enum UnreadableMessages {
    package static let component = "skein"
    /// The only message that the component takes.
    package static let name = UnreadableReceived.name

    /// - Parameters:
    ///   - recorder: decides whether a repaired message may be taken in.
    ///   - identities: tells whether another message has its id.
    static func registry(recorder: ChannelRecorder, identities: MessageIdentities) -> ComponentRegistry {
        var registry = ComponentRegistry(component: component, start: .now)
        registry.isBuiltIn = true
        registry.add(
            HandlerRegistration(
                label: "message that cannot be read", name: UnreadableReceived.name, kind: .event,
                since: UnreadableReceived.version, options: HandlerOptions(retry: .never)
            ) { record, coder, context in
                try repair(record, coder, context, recorder, identities)
            })
        return registry
    }

    private static func repair(
        _ record: LogRecord, _ coder: PayloadCoder, _ context: HandlerContext, _ recorder: ChannelRecorder,
        _ identities: MessageIdentities
    ) throws {
        if let unreadable = try? record.decoded(as: UnreadableReceived.self, coder: coder) {
            throw MessageError(.undecodablePayload, unreadable.reason)
        }
        let event = try CloudEvent(json: record.envelope.payload.bytes)
        let envelope = try Envelope(event, receivedAt: context.now)
        if let problem = recorder.problem(with: envelope) { throw MessageError(.noOwner, problem) }
        context.append(try identities.distinct(Outgoing(envelope, origin: record.origin)))
    }
}
