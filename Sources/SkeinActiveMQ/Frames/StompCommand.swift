/// The commands of STOMP 1.2, of clients and of servers.
enum StompCommand: String, Hashable, Sendable, CaseIterable {
    case connect = "CONNECT"
    case stomp = "STOMP"
    case send = "SEND"
    case subscribe = "SUBSCRIBE"
    case unsubscribe = "UNSUBSCRIBE"
    case begin = "BEGIN"
    case commit = "COMMIT"
    case abort = "ABORT"
    case ack = "ACK"
    case nack = "NACK"
    case disconnect = "DISCONNECT"
    case connected = "CONNECTED"
    case message = "MESSAGE"
    case receipt = "RECEIPT"
    case error = "ERROR"

    /// Headers of these frames have no escapes, for the sake of STOMP 1.0.
    var isEscaped: Bool {
        switch self {
        case .connect, .connected: false
        case .stomp, .send, .subscribe, .unsubscribe, .begin, .commit, .abort, .ack, .nack, .disconnect, .message,
            .receipt, .error:
            true
        }
    }
}
