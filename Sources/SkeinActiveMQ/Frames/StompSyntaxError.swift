/// Bytes that are no frame of STOMP 1.2, or more of them than is allowed. The stream cannot be read on.
enum StompSyntaxError: Error, Hashable, Sendable {
    case unknownCommand(String)
    case lineTooLong(limit: Int)
    case headerTooLong(limit: Int, message: String?)
    case tooManyHeaders(limit: Int, message: String?)
    case headerWithoutColon(String)
    case headerWithoutName
    case undefinedEscape(header: String)
    case badContentLength(String)
    case bodyTooLarge(limit: Int, message: String?)
    case missingEnd

    /// Whether it is a frame of STOMP 1.2 all the same, which has more than is read.
    var isExcess: Bool {
        switch self {
        case .headerTooLong, .tooManyHeaders, .bodyTooLarge: true
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
        case .headerTooLong(let limit, let id):
            "\(Self.frame(id)) has a header of more than \(limit) bytes, which no setting admits: take the message out "
                + "of its queue, and have its sender write shorter headers"
        case .tooManyHeaders(let limit, let id):
            "\(Self.frame(id)) has more than \(limit) headers, which no setting admits: take the message out of its "
                + "queue, and have its sender write fewer headers"
        case .headerWithoutColon(let text): "the header '\(text)' has no ':'"
        case .headerWithoutName: "a header has no name"
        case .undefinedEscape(let text): "the header '\(text)' has an escape that is not defined"
        case .badContentLength(let text): "the content-length '\(text)' is no number of bytes"
        case .bodyTooLarge(let limit, let id):
            "\(Self.frame(id)) has a body of more than \(limit) bytes, and does not say where it ends: raise "
                + "StompConfiguration.maximumMessageSize, or take the message out of its queue"
        case .missingEnd: "a body does not end where its content-length says"
        }
    }

    private static func frame(_ messageID: String?) -> String { messageID.map { "the message '\($0)'" } ?? "a frame" }
}
