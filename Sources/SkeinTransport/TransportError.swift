/// What went wrong between a runtime and a broker. The message names the address, the cause and the way out.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Further codes may come.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The broker cannot be reached, or the connection ended.
        public static let disconnected = Code(rawValue: "disconnected")
        /// The broker did not answer in time.
        public static let timeout = Code(rawValue: "timeout")
        /// The broker does not accept the credentials.
        public static let unauthenticated = Code(rawValue: "unauthenticated")
        /// The credentials give no right to a topic or queue.
        public static let unauthorized = Code(rawValue: "unauthorized")
        /// The certificate of the broker, or of this process, is not accepted.
        public static let untrusted = Code(rawValue: "untrusted")
        /// The peer does not speak the protocol.
        public static let protocolViolation = Code(rawValue: "protocolViolation")
        /// A topic or queue is not there and may not be made.
        public static let unknownDestination = Code(rawValue: "unknownDestination")
        /// A message is larger than the broker or the adapter admits.
        public static let tooLarge = Code(rawValue: "tooLarge")
        /// A message cannot be written in the form that the transport needs.
        public static let unencodable = Code(rawValue: "unencodable")
        /// Another process sends under the same transactional id.
        public static let fenced = Code(rawValue: "fenced")
        /// The transport cannot do what it is asked.
        public static let unsupported = Code(rawValue: "unsupported")
        /// The configuration of the transport is wrong.
        public static let configuration = Code(rawValue: "configuration")
        /// The sender or source has been closed.
        public static let closed = Code(rawValue: "closed")
        /// The broker has said that something is wrong, in its own words.
        public static let broker = Code(rawValue: "broker")

        /// The name of the code.
        public var description: String { rawValue }
    }

    /// What kind of failure it is.
    public var code: Code
    /// For people: the address, what happened, and what to do.
    public var message: String
    /// What lies behind it.
    public var cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    /// The message.
    public var description: String { message }

    /// Whether trying again can help without anybody changing something: the broker may come back.
    public var isTransient: Bool {
        [.disconnected, .timeout, .broker].contains(code)
    }
}
