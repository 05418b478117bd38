/// A request that did not reach the owner of a store, or that the owner did not understand.
public struct ControlError: Error, CustomStringConvertible {
    /// What went wrong, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The word that travels in a response.
        public let description: String
        init(_ description: String) { self.description = description }

        /// The owner cannot read the request.
        public static let malformed = Code("malformed")
        /// Nobody listens on the socket.
        public static let unavailable = Code("unavailable")
        /// The owner listens but has not answered in time. The request may still be carried out.
        public static let noAnswer = Code("noAnswer")
        /// The owner could not carry the request out, for a reason of its own.
        public static let failed = Code("failed")
    }

    /// What went wrong, for programs.
    public let code: Code
    /// What went wrong and the way out, for people.
    public let message: String

    public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    public var description: String { message }
}
