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
