#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import SkeinCloudEvents
import SkeinMessages
import SkeinTransport

/// Envelopes as headers and body of STOMP messages, and back: CloudEvents in binary mode with the prefix `ce_`, since
/// the names of JMS properties may hold neither `-` nor `:`.
enum StompEnvelope {
    /// Headers of ours beside those of CloudEvents.
    enum HeaderName {
        /// The process that an answer goes to, by its name on the channel.
        static let replyTo = "skein_replyto"
        /// Whether the message may have been sent before.
        static let repeated = "skein_repeated"
        /// Where an answer goes, as a destination of the broker; for JMS clients.
        static let replyDestination = "reply-to"
        /// ActiveMQ gives messages of one group to one consumer.
        static let group = "JMSXGroupID"
    }

    private static let style = CloudEvent.HeaderStyle.kafka

    /// The headers of SEND, without the destination.
    ///
    /// - Parameter replyDestination: the destination for ``OutboundMessage/replyTo``.
    /// - Throws: ``TransportError`` with code `unencodable`.
    static func headers(
        of message: OutboundMessage, replyDestination: String?
    ) throws(TransportError) -> [StompFrame.Header] {
        let event: [CloudEvent.Header]
        do {
            event = try CloudEvent.binary(message.envelope, style).headers
        } catch {
            let name = message.envelope.name
            throw TransportError(
                .unencodable, "the message '\(name)' to \(message.destination) is no CloudEvent: \(error)", cause: error
            )
        }
        var headers: [StompFrame.Header] = []
        headers.reserveCapacity(event.count + 7)
        for header in event { headers.append(StompFrame.Header(header.name, header.value)) }
        headers.append(StompFrame.Header("persistent", message.destination == .catalogue ? "false" : "true"))
        if !message.envelope.subject.isEmpty {
            headers.append(StompFrame.Header(HeaderName.group, message.envelope.subject))
        }
        if let replyTo = message.replyTo {
            headers.append(StompFrame.Header(HeaderName.replyTo, replyTo))
            if let replyDestination {
                headers.append(StompFrame.Header(HeaderName.replyDestination, replyDestination))
            }
        }
        if message.isRepeated { headers.append(StompFrame.Header(HeaderName.repeated, "true")) }
        return headers
    }

    /// What a MESSAGE holds.
    ///
    /// - Parameter receivedAt: the time of a CloudEvent without one, unless the broker has given it a time.
    static func content(of frame: StompFrame, receivedAt: Timestamp) -> InboundMessage.Content {
        if let leftOut = frame.leftOut { return .unreadable(unreadable(frame, "\(leftOut)")) }
        do {
            let time = frame["timestamp"].flatMap(Int64.init).flatMap { milliseconds in
                let (microseconds, isOverflow) = milliseconds.multipliedReportingOverflow(by: 1000)
                return isOverflow ? nil : Timestamp(microseconds: microseconds)
            }
            return .envelope(try envelope(of: frame, receivedAt: time ?? receivedAt))
        } catch {
            return .unreadable(unreadable(frame, "\(error)"))
        }
    }

    /// The process that an answer to a MESSAGE goes to: ours by its name, a stranger by its destination.
    static func replyTo(of frame: StompFrame) -> String? {
        frame[HeaderName.replyTo] ?? frame[HeaderName.replyDestination]
    }

    /// Whether the sender or the broker says that the MESSAGE may have come before.
    static func isRepeated(_ frame: StompFrame) -> Bool {
        frame[HeaderName.repeated] == "true" || frame["redelivered"] == "true"
    }

    private static func envelope(of frame: StompFrame, receivedAt: Timestamp) throws -> Envelope {
        switch try CloudEvent.Mode(contentType: frame[CloudEvent.contentTypeHeader]) {
        case .structured: return try Envelope(CloudEvent(json: frame.body), receivedAt: receivedAt)
        case .batch:
            throw TransportError(
                .unencodable, "a batch of CloudEvents is not read; send each of them by itself")
        case .binary:
            var (headers, seen): ([CloudEvent.Header], Set<String>) = ([], [])
            headers.reserveCapacity(frame.headers.count)
            // Of headers with one name the first one counts (STOMP 1.2, "Repeated Header Entries").
            for header in frame.headers where isOfEvent(header.name) && seen.insert(header.name).inserted {
                headers.append(CloudEvent.Header(header.name, header.value))
            }
            return try Envelope(headers: headers, body: frame.body, style: style, receivedAt: receivedAt)
        }
    }

    private static func isOfEvent(_ name: String) -> Bool {
        name.hasPrefix(style.prefix) || name == CloudEvent.contentTypeHeader
    }

    private static func unreadable(_ frame: StompFrame, _ reason: String) -> UnreadableMessage {
        let headers = Dictionary(frame.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let key = frame[style.prefix + "subject"] ?? frame[HeaderName.group]
        return UnreadableMessage(key: key, headers: headers, body: frame.body, reason: reason)
    }
}
