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
    /// Keys are compared byte by byte, so two spellings of one accented letter make two keys.
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
