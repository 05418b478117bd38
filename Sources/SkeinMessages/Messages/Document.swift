/// Carried state: the answer to a ``Query``, or data that one component hands to others.
public protocol Document: Message {}

extension Document {
    /// Always ``MessageKind/document``.
    public static var kind: MessageKind { .document }
}
