/// The four kinds of message; the raw value names the macro and the protocol that it adds.
enum MessageKind: String, CaseIterable {
    case event = "Event"
    case command = "Command"
    case query = "Query"
    case document = "Document"

    /// An example of the attribute, for texts that say what to write.
    var example: String { "@\(rawValue)(\"component.name\"\(self == .query ? ", answer: Answer.self" : ""))" }
}
