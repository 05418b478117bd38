/// Anything that travels in an ``Envelope``: an ``Event``, a ``Command``, a ``Query`` or a ``Document``.
///
/// Conform to one of the four refinements, never to `Message` alone: the kind decides how many owners a message has
/// and who may handle it. The `SkeinMacros` product writes the two static members; by hand they are one line each:
///
/// ```swift
/// struct PaymentReceived: Event {
///     static let name: MessageName = "payment.received"
///     let paymentID: String
///     var subject: String? { paymentID }
/// }
/// ```
public protocol Message: Codable, Sendable {
    /// The dotted name, `component.name`, unique in its component. Checked when a runtime starts.
    static var name: MessageName { get }

    /// The schema version of the payload (semantic versioning 2.0.0, `major.minor.patch`). `1.0.0` unless stated.
    static var version: SchemaVersion { get }

    /// Which of the four kinds this is; given by the refinement that the type conforms to.
    static var kind: MessageKind { get }

    /// The ordering key: messages of one topic with equal subjects are handled in the order of their commits.
    ///
    /// `nil` (the default) takes the subject of the message being handled, or else the message's own id, which
    /// promises no order at all.
    var subject: String? { get }

    /// Attachments and references that the envelope carries beside the payload. Empty unless stated.
    var assets: [Asset] { get }
}

extension Message {
    /// `1.0.0`, for types that do not state their version.
    public static var version: SchemaVersion { SchemaVersion(1, 0, 0) }
    /// `nil`: the subject of the message being handled, or no order at all.
    public var subject: String? { nil }
    /// None.
    public var assets: [Asset] { [] }
}

/// A fact in the past. It is published by one component and may have any number of receivers, or none.
public protocol Event: Message {
    /// For whom the event is meant. ``Audience/domain`` unless stated.
    static var audience: Audience { get }
}

extension Event {
    /// Always ``MessageKind/event``.
    public static var kind: MessageKind { .event }
    /// ``Audience/domain``, for events that do not state their audience.
    public static var audience: Audience { .domain }
}

/// An intent. It has exactly one owner: no owner, or two, is an error at start-up where that can be known, and
/// otherwise when the command is sent.
public protocol Command: Message {}

extension Command {
    /// Always ``MessageKind/command``.
    public static var kind: MessageKind { .command }
}

/// A question that one component answers with a ``Document``. It changes nothing.
public protocol Query: Message {
    /// What the owner of the query answers with.
    associatedtype Answer: Document
}

extension Query {
    /// Always ``MessageKind/query``.
    public static var kind: MessageKind { .query }
}

/// Carried state: the answer to a ``Query``, or data that one component hands to others.
public protocol Document: Message {}

extension Document {
    /// Always ``MessageKind/document``.
    public static var kind: MessageKind { .document }
}

/// The four kinds of message.
public enum MessageKind: String, Sendable, Codable, CaseIterable {
    case event, command, query, document
}

/// For whom an event is meant. Other values than the named ones are kept as they are.
public struct Audience: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    /// The value of the envelope's `audience` attribute.
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    /// Business facts, for other components. The default.
    public static let domain: Audience = "domain"
    /// For people: something happened that somebody should see.
    public static let notification: Audience = "notification"
    /// For people: something that somebody should do.
    public static let todo: Audience = "todo"
    /// For people: text from one to another.
    public static let message: Audience = "message"
    /// For operators: the life of the software itself.
    public static let system: Audience = "system"
    /// For reporting: figures, safe to lose.
    public static let statistics: Audience = "statistics"
}
