import SkeinCloudEvents
import SkeinStorage
import SkeinTransport
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Decides what of a delivered message is recorded, and in which form.
struct ChannelRecorder: Sendable {
    let catalogue: Catalogue
    let maximumPayloadSize: Int

    /// What becomes of a delivered message.
    enum Decision {
        case record(Outgoing)
        /// It is recorded as one that cannot be read.
        case park(Outgoing)
        /// A component elsewhere says what it declares.
        case declaration(Declaration)
        /// Something in the catalogue is no declaration, or one of a version that is not known here.
        case unreadableDeclaration(String)
        /// It is acknowledged and not recorded: its type is not taken.
        case passBy
    }

    func decide(_ message: InboundMessage, by channel: ChannelPlan.Planned, now: Timestamp) -> Decision {
        let origin = ChannelOrigin(
            channel: channel.name, topic: message.origin.topic, partition: message.origin.partition,
            offset: message.origin.offset, messageID: message.origin.messageID)
        switch message.content {
        case .unreadable(let unreadable):
            guard message.destination == .catalogue else { return .park(park(unreadable, origin, now)) }
            return .unreadableDeclaration(unreadable.reason)
        case .envelope(let envelope):
            if message.destination == .catalogue {
                do {
                    return .declaration(try Declaration(envelope))
                } catch {
                    return .unreadableDeclaration("it is of '\(envelope.source)': \(error)")
                }
            }
            return decide(envelope, message, origin, channel, now)
        }
    }

    private func decide(
        _ envelope: Envelope, _ message: InboundMessage, _ origin: ChannelOrigin, _ channel: ChannelPlan.Planned,
        _ now: Timestamp
    ) -> Decision {
        var envelope = envelope
        switch message.destination {
        case .events(let component):
            let remote = channel.remotes.first { $0.component == component }
            if let taken = remote?.taken, !taken.contains(envelope.name) { return .passBy }
        case .commands(let component):
            // A CloudEvent of another system does not say that it is a command or a query; its owner here does.
            if envelope.context.extensions["specversion"] != nil,
                let kind = catalogue.kind(ownedBy: component, envelope)
            {
                envelope.metadata.kind = kind
            }
            if envelope.recipient == nil { envelope.context.recipient = component }
        case .replies, .catalogue: break
        }
        envelope.context.extensions[ChannelRoute.replyTo] =
            message.replyTo.map { ChannelRoute.address(channel: channel.name, process: $0) }
        if let problem = excess(of: envelope) ?? problem(with: envelope) {
            return .park(park(Self.unreadable(envelope, problem), origin, now))
        }
        return .record(Outgoing(envelope, origin: origin))
    }

    /// What of a message is larger than may be recorded; `nil` for one of which nothing is.
    func excess(of envelope: Envelope) -> String? {
        let attributes = envelope.context.extensions.reduce(0) { size, attribute in
            guard case .string(let text) = attribute.value else { return size + attribute.key.utf8.count }
            return size + attribute.key.utf8.count + text.utf8.count
        }
        for (size, what) in [(envelope.payload.bytes.count, "a payload"), (attributes, "extension attributes")]
        where size > maximumPayloadSize {
            return "'\(envelope.name)' has \(what) of \(size) bytes; at most \(maximumPayloadSize) are recorded"
        }
        return nil
    }

    /// Why a message cannot be taken in; `nil` when it can.
    func problem(with envelope: Envelope) -> String? {
        guard envelope.kind == .command || envelope.kind == .query else { return nil }
        guard let owner = catalogue.owners[envelope.name] ?? unknownOwner(of: envelope) else {
            return "no component here handles the \(envelope.kind) '\(envelope.name)'"
        }
        guard let recipient = envelope.recipient, recipient != owner else { return nil }
        return "the \(envelope.kind) '\(envelope.name)' is for '\(recipient)', but '\(owner)' handles it here"
    }

    /// The component here whose name the command begins with, which makes a dead letter of it.
    private func unknownOwner(of envelope: Envelope) -> String? {
        catalogue.registries.map(\.component).first { $0 == envelope.name.component }
    }

    private static func unreadable(_ envelope: Envelope, _ reason: String) -> UnreadableMessage {
        let body = (try? CloudEvent(envelope).json()) ?? envelope.payload.bytes
        return UnreadableMessage(
            key: envelope.subject, headers: ["content-type": CloudEvent.jsonContentType], body: body, reason: reason)
    }

    /// The headers for which there is room, in the order of their names.
    private static func cut(_ headers: [String: String], to bytes: Int) -> [String: String] {
        var room = bytes
        return headers.sorted { $0.key < $1.key }.reduce(into: [:]) { taken, header in
            let size = header.key.utf8.count + header.value.utf8.count
            guard size <= room else { return }
            room -= size
            taken[header.key] = header.value
        }
    }

    private func park(_ message: UnreadableMessage, _ origin: ChannelOrigin, _ now: Timestamp) -> Outgoing {
        let text = "\(message.reason) (\(origin))"
        let room = maximumPayloadSize / 2
        let headers = Self.cut(message.headers, to: room / 2)
        var received = UnreadableReceived(reason: text, headers: headers, size: message.body.count)
        if headers.count < message.headers.count { received.headersLeftOut = message.headers.count - headers.count }
        if message.body.count <= room, let body = String(validating: message.body, as: UTF8.self) {
            received.body = body
        } else {
            received.base64 = message.body.prefix(room / 4 * 3).base64EncodedString()
        }
        var digest = StableDigest()
        for part in [origin.text, message.reason] { digest.add(part) }
        if origin.offset == nil, origin.messageID == nil { digest.add(String(decoding: message.body, as: UTF8.self)) }
        let id = MessageID(time: Timestamp(microseconds: 0), random: digest.value)
        let bytes = (try? JSONEncoder.sorted.encode(received)) ?? Data("{}".utf8)
        return Outgoing(
            Envelope(
                time: now,
                metadata: Envelope.Metadata(
                    id: id, kind: .event, audience: .system, name: UnreadableReceived.name,
                    version: UnreadableReceived.version, source: UnreadableMessages.component,
                    subject: message.key ?? id.rawValue),
                context: Envelope.Context(correlationID: id, recipient: UnreadableMessages.component),
                payload: Payload(contentType: PayloadCoder.jsonContentType, bytes: bytes)),
            value: received, origin: origin)
    }
}
