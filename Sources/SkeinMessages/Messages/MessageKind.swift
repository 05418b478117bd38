/// The four kinds of message.
public enum MessageKind: String, Sendable, Codable, CaseIterable {
    case event, command, query, document
}
