/// A question that one component answers with a ``Document``. It changes nothing.
public protocol Query: Message {
    /// What the owner of the query answers with.
    associatedtype Answer: Document
}

extension Query {
    /// Always ``MessageKind/query``.
    public static var kind: MessageKind { .query }
}
