/// A message, name, version or envelope that cannot be read or sent.
public struct MessageError: Error, CustomStringConvertible {
    /// What went wrong, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        public static let invalidName = Code("invalidName")
        public static let invalidVersion = Code("invalidVersion")
        public static let invalidTraceContext = Code("invalidTraceContext")
        public static let invalidTime = Code("invalidTime")
        public static let invalidCloudEvent = Code("invalidCloudEvent")
        public static let invalidAsset = Code("invalidAsset")
        public static let undecodablePayload = Code("undecodablePayload")
        public static let unencodablePayload = Code("unencodablePayload")
        public static let payloadTooLarge = Code("payloadTooLarge")
        public static let noOwner = Code("noOwner")
        public static let noAnswer = Code("noAnswer")
    }

    public let code: Code
    /// Names the thing, the place and the way out, for people.
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
