/// Bytes that are no frame of STOMP 1.2, or more of them than is allowed. The stream cannot be read on, unless it is
/// about a header of a MESSAGE that can be left out.
enum StompSyntaxError: Error, Hashable, Sendable {
    case unknownCommand(String)
    case lineTooLong(limit: Int)
    case headerTooLong(String, limit: Int, message: String?)
    case headerWithoutColon(String)
    case headerWithoutName
    case undefinedEscape(header: String)
    case badContentLength(String)
    case missingEnd

    /// Whether it is a frame of STOMP 1.2 all the same, which has more than is read.
    var isExcess: Bool {
        switch self {
        case .headerTooLong: true
        case .unknownCommand, .lineTooLong, .headerWithoutColon, .headerWithoutName, .undefinedEscape,
            .badContentLength, .missingEnd:
            false
        }
    }
}

extension StompSyntaxError: CustomStringConvertible {
    /// For what is no excess, completes "the peer has sent what is not STOMP 1.2: …".
    var description: String {
        switch self {
        case .unknownCommand(let text): "'\(text)' is no command"
        case .lineTooLong(let limit): "a line has more than \(limit) bytes"
        case .headerTooLong(let name, let limit, let id):
            "\(id.map { "the message '\($0)'" } ?? "a frame") has more than \(limit) bytes in its header '\(name)', "
                + "without which it can be neither read nor rejected: take the message out of its queue"
        case .headerWithoutColon(let text): "the header '\(text)' has no ':'"
        case .headerWithoutName: "a header has no name"
        case .undefinedEscape(let text): "the header '\(text)' has an escape that is not defined"
        case .badContentLength(let text): "the content-length '\(text)' is no number of bytes"
        case .missingEnd: "a body does not end where its content-length says"
        }
    }
}
