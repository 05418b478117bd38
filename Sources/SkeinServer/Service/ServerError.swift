/// Why a server does not start, or has ended.
public struct ServerError: Error, CustomStringConvertible {
    /// What went wrong, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The word for the code, as it stands in logs.
        public let description: String
        private init(_ description: String) { self.description = description }

        /// A setting that is wrong, or does not go with another one.
        public static let configuration = Code("configuration")
        /// The address cannot be listened at.
        public static let address = Code("address")
    }

    /// What to decide by; the message may change, the code does not.
    public let code: Code
    /// Names the setting or the address, and the way out, for people.
    public let message: String
    /// What the operating system said; `nil` where nothing underneath has failed.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    public var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
