/// In which notation the behaviour of an instance is written.
public enum Notation: String, Sendable, Codable, CaseIterable {
    case code, saga, entity, model
}
