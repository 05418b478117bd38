extension StompFrame {
    /// What was passed by because it is more than is read, or breaks a rule. A frame that lacks a header lacks its body
    /// too.
    enum LeftOut: Hashable, Sendable {
        /// The body, and the bytes that it has.
        case body(size: Int, limit: Int)
        /// A header of too many bytes, by its name.
        case header(String, limit: Int)
        /// The headers behind so many.
        case headers(limit: Int)
        /// A header that breaks a rule.
        case malformed(StompSyntaxError)
    }

    /// Notes what is passed by. The first reason counts.
    mutating func leaveOut(_ part: LeftOut) { leftOut = leftOut ?? part }
}

extension StompFrame.LeftOut: CustomStringConvertible {
    /// For people: why the message was not read, and what to do.
    var description: String {
        switch self {
        case .body(let size, let limit):
            "the message has a body of \(size) bytes; at most \(limit) are read: raise "
                + "StompConfiguration.maximumMessageSize"
        case .header(let name, let limit):
            "the message has a header '\(name)' of more than \(limit) bytes, which no setting admits: have its sender "
                + "write shorter headers"
        case .headers(let limit):
            "the message has more than \(limit) headers, which no setting admits: have its sender write fewer headers"
        case .malformed(let error):
            "the message is not STOMP 1.2, because \(error): have its sender write other headers"
        }
    }
}
