/// A typed attachment of, or reference from, a message.
public enum Asset: Hashable, Sendable {
    /// A place on the web or in a file store.
    case url(String, type: String)
    /// A business object elsewhere, by its kind and id; indexed, so that messages can be found by it.
    case resource(id: String, type: String)
}
