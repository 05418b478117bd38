/// Bytes that are no frame of STOMP 1.2, or more of them than is allowed. The stream cannot be read on.
enum StompSyntaxError: Error, Hashable, Sendable {
    case unknownCommand(String)
    case lineTooLong(limit: Int)
    case tooManyHeaders(limit: Int)
    case headerWithoutColon(String)
    case headerWithoutName
    case undefinedEscape(header: String)
    case badContentLength(String)
    case bodyTooLarge(limit: Int)
    case missingEnd
}

extension StompSyntaxError: CustomStringConvertible {
    /// Completes "the peer has sent what is not STOMP 1.2: …".
    var description: String {
        switch self {
        case .unknownCommand(let text): "'\(text)' is no command"
        case .lineTooLong(let limit): "a line has more than \(limit) bytes"
        case .tooManyHeaders(let limit): "a frame has more than \(limit) headers"
        case .headerWithoutColon(let text): "the header '\(text)' has no ':'"
        case .headerWithoutName: "a header has no name"
        case .undefinedEscape(let text): "the header '\(text)' has an escape that is not defined"
        case .badContentLength(let text): "the content-length '\(text)' is no number of bytes"
        case .bodyTooLarge(let limit): "a body has more than \(limit) bytes"
        case .missingEnd: "a body does not end where its content-length says"
        }
    }
}
