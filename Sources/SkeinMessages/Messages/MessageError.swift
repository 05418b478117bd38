/// A message, name, version or envelope that cannot be read or sent.
public struct MessageError: Error, CustomStringConvertible {
    /// What went wrong, for programs.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as it stands in logs and answers.
        public let description: String
        init(_ description: String) { self.description = description }

        /// A name that breaks the grammar of ``MessageName``.
        package static let invalidName = Code("invalidName")
        /// A version that is not three numbers.
        package static let invalidVersion = Code("invalidVersion")
        /// A `traceparent` header that cannot be read.
        package static let invalidTraceContext = Code("invalidTraceContext")
        /// A time, duration or repetition that cannot be read, or not be calculated with.
        package static let invalidTime = Code("invalidTime")
        /// A CloudEvent that breaks a rule of CloudEvents 1.0; `SkeinCloudEvents` makes it public.
        package static let brokenCloudEvent = Code("invalidCloudEvent")
        /// An asset without an address, id or type.
        package static let invalidAsset = Code("invalidAsset")
        /// A payload that does not hold a value of the type asked for.
        package static let undecodablePayload = Code("undecodablePayload")
        /// A value that its payload format cannot express.
        package static let unencodablePayload = Code("unencodablePayload")
        /// A payload above the limit of the runtime.
        public static let payloadTooLarge = Code("payloadTooLarge")
        /// A command or query that no component owns.
        public static let noOwner = Code("noOwner")
        /// A query that was not answered in time.
        public static let noAnswer = Code("noAnswer")
    }

    /// For programs that tell errors apart.
    public let code: Code
    /// Names the thing, the place and the way out, for people.
    public let message: String
    /// The error underneath, if another one led to this.
    public let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    /// What another attempt with the same message ends with too.
    package static let permanent: Set<Code> = [.undecodablePayload, .unencodablePayload, .payloadTooLarge]

    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
