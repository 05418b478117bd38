import SkeinTransport

/// Errors in the words of the transport: they name the address, the cause and the way out.
struct StompErrors: Sendable {
    /// The address without credentials.
    let label: String
    let user: String?

    /// The error of a session that is over.
    func error(_ failure: StompFailure) -> TransportError {
        switch failure.kind {
        case .refused: refusedConnection(failure.message)
        case .server: server(failure.message)
        case .violation:
            TransportError(
                .protocolViolation,
                "\(label) does not speak STOMP 1.2: \(failure.message); does the address name the port of the "
                    + "broker's STOMP connector?", cause: failure)
        case .excess: TransportError(.tooLarge, "\(label): \(failure.message)", cause: failure)
        case .noAnswer:
            TransportError(
                .timeout,
                "\(label): \(failure.message); does the address name the port of the broker's STOMP connector?",
                cause: failure)
        case .silence:
            TransportError(.disconnected, "\(label): \(failure.message); the connection counts as lost", cause: failure)
        case .untrusted:
            TransportError(
                .untrusted,
                "\(label): \(failure.message); check the trust roots of the transport, the names and dates "
                    + "of the broker's certificate, and the certificate of this process if the broker asks for one",
                cause: failure)
        case .lost: TransportError(.disconnected, "\(label): \(failure.message)", cause: failure)
        case .closed: TransportError(.closed, "the connection to \(label) has been closed", cause: failure)
        }
    }

    /// The same before the broker has accepted the connection. What ends without an answer may be no broker.
    func opening(_ failure: StompFailure) -> TransportError {
        guard failure.kind == .lost else { return error(failure) }
        return TransportError(
            .disconnected,
            "\(label): \(failure.message), without an answer to CONNECT; does the address name the port of the "
                + "broker's STOMP connector?", cause: failure)
    }

    /// A batch or a subscription that was not answered in time.
    func timeout(_ what: String, _ duration: Duration) -> TransportError {
        TransportError(
            .timeout,
            "\(label) has not confirmed \(what) within \(duration); check that the broker answers, and whether "
                + "the limits of its disk or memory stop it")
    }

    /// Whether the broker will say the same however often it is asked.
    static func isFinal(_ error: TransportError) -> Bool {
        [.unauthorized, .tooLarge, .unknownDestination, .unencodable].contains(error.code)
    }

    private func refusedConnection(_ text: String) -> TransportError {
        let who = user.map { "the user '\($0)'" } ?? "a connection without credentials"
        let words = text.lowercased()
        let isAboutWho = [
            "password", "login", "credential", "authenticat", "access refused", "access_refused", "bad connect",
            "not allowed", "user name",
        ].contains { words.contains($0) }
        guard isAboutWho else {
            return TransportError(
                .broker, "\(label) does not accept the connection: \(text); the log of the broker may say more")
        }
        return TransportError(
            .unauthenticated, "\(label) does not accept \(who): \(text); check user, password and virtual host")
    }

    private func server(_ text: String) -> TransportError {
        let words = text.lowercased()
        func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
        if says("not authorized", "access_refused", "access refused", "securityexception") {
            return TransportError(
                .unauthorized, "\(label): \(text); give the user the right to the destination, at the broker")
        }
        if says("frame size was exceeded", "maximum data length", "too large", "larger than") {
            return TransportError(
                .tooLarge, "\(label): \(text); raise the broker's limit, or send a reference to the content")
        }
        if says("not_found", "no exchange", "no queue", "unknown destination") {
            return TransportError(
                .unknownDestination,
                "\(label): \(text); make the destination at the broker, or change 'destinations' of the transport")
        }
        if says("marked rollback only") {
            return TransportError(.broker, "\(label): the broker refuses a message of the transaction: \(text)")
        }
        return TransportError(.broker, "\(label): \(text)")
    }
}
