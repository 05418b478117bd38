/// Why a session is over.
struct StompFailure: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// The server has answered CONNECT with ERROR.
        case refused
        /// The server has sent ERROR, about the frame with a receipt or about none.
        case server(receipt: UInt64?)
        /// The server has sent what is not STOMP 1.2.
        case violation
        /// The server has sent a frame that has more than is read.
        case excess
        /// The server has not answered CONNECT.
        case noAnswer
        /// The server has sent nothing for twice the time that it promised.
        case silence
        /// A certificate, that of the server or of this side, is not accepted.
        case untrusted
        /// The connection has ended.
        case lost
        /// This side has closed the session.
        case closed
    }

    var kind: Kind
    /// For people, in the words of the server where it has said something.
    var message: String

    init(_ kind: Kind, _ message: String) { (self.kind, self.message) = (kind, message) }

    /// CONNECT was not answered in time.
    static func silent(for duration: Duration) -> StompFailure {
        StompFailure(.noAnswer, "the server has not answered CONNECT within \(duration)")
    }
}
