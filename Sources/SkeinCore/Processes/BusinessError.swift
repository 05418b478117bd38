/// An error that is part of the business, not a failure of the technique: it is recorded, never retried, and may be
/// caught by the process, now and in every replay.
public protocol BusinessError: Error, Codable, Sendable {
    /// A stable word for the error in journals and on screens; the type's name unless stated.
    static var code: String { get }
}

extension BusinessError {
    /// The type's name without its module.
    public static var code: String { "\(Self.self)" }
}
