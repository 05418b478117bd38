#if Kafka
import CRdKafka
import SkeinTransport

/// An error of librdkafka: its code and its words.
struct ClientTrouble: Error, Hashable {
    let code: rd_kafka_resp_err_t
    let reason: String
    /// Whether the client can do nothing any more.
    var isFatal = false
    /// The way out, where it is known better than by the kind.
    var advice: String?

    init(_ code: rd_kafka_resp_err_t, _ reason: String? = nil, isFatal: Bool = false) {
        self.code = code
        self.reason = reason ?? String(cString: rd_kafka_err2str(code))
        self.isFatal = isFatal
    }

    init(_ refusal: CertificateRefusal) {
        self.init(RD_KAFKA_RESP_ERR__SSL, refusal.words)
        advice = refusal.way
    }

    /// Takes over an error object of librdkafka, and destroys it.
    init(_ error: OpaquePointer) {
        self.init(
            rd_kafka_error_code(error), String(cString: rd_kafka_error_string(error)),
            isFatal: rd_kafka_error_is_fatal(error) != 0)
        rd_kafka_error_destroy(error)
    }

    /// For an error result of librdkafka; `nil` for success.
    static func check(_ code: rd_kafka_resp_err_t) throws(ClientTrouble) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw ClientTrouble(code) }
    }

    /// For an error object of librdkafka; `nil` for success.
    static func check(_ error: OpaquePointer?) throws(ClientTrouble) {
        if let error { throw ClientTrouble(error) }
    }

    static func == (left: Self, right: Self) -> Bool { left.code == right.code && left.reason == right.reason }

    func hash(into hasher: inout Hasher) { hasher.combine(code.rawValue) }

    /// Whether trying again changes nothing: connecting need not go on.
    var isFinal: Bool {
        let kinds: [TransportError.Code] = [.unauthenticated, .untrusted, .fenced, .unauthorized]
        return isFatal || kinds.contains(kind) && !isLoginMissing
    }

    /// Whether it happened before an encrypted connection was there.
    var isInHandshake: Bool { code == RD_KAFKA_RESP_ERR__SSL || reason.contains("SSL_HANDSHAKE") }

    var kind: TransportError.Code {
        switch code {
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
            .unauthenticated
        case RD_KAFKA_RESP_ERR__SSL: speaksNoTLS ? .protocolViolation : .untrusted
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            .unauthorized
        case RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__UNDERFLOW: .protocolViolation
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE:
            kindOfLoss
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
            .timeout
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            .unknownDestination
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE,
            RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            .tooLarge
        case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
            RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
            .fenced
        case RD_KAFKA_RESP_ERR__INVALID_ARG: .configuration
        default: .broker
        }
    }

    /// What the loss of a connection is by librdkafka's words.
    private var kindOfLoss: TransportError.Code {
        if isOwnCertificateRefused || reason.contains("certificate verify failed") { return .untrusted }
        if isLoginMissing { return .unauthenticated }
        return speaksAnotherProtocol ? .protocolViolation : .disconnected
    }

    /// Whether the broker does not accept the certificate of this process, or misses one. With TLS 1.3 it says so when
    /// the client takes the connection for made.
    private var isOwnCertificateRefused: Bool {
        reason.contains("SSL alert number") && (reason.contains("certificate") || reason.contains("unknown ca"))
    }

    /// Whether the broker may have hung up because nobody has logged in. It does so without a word, and librdkafka
    /// guesses; a broker that dies at this moment looks the same.
    private var isLoginMissing: Bool { reason.contains("might require SASL") }

    /// OpenSSL's words for a peer that hangs up when TLS begins, as a broker without TLS does and one that just dies,
    /// or that answers in plain text.
    private var speaksNoTLS: Bool {
        reason.contains("unexpected eof") || reason.contains("wrong version number")
    }

    /// librdkafka's words for a peer that answers, but not as Kafka does, or that hangs up when TLS begins.
    private var speaksAnotherProtocol: Bool {
        ["ApiVersion", "incorrect security.protocol", "Invalid response size", "Receive failed: Invalid"]
            .contains { reason.contains($0) } || isInHandshake && !reason.contains("timed out")
    }

    /// The error for the runtime: what failed, the address, librdkafka's words, and the way out.
    ///
    /// - Parameter what: what failed, as the beginning of a sentence.
    func error(_ what: String, at address: String) -> TransportError {
        TransportError(kind, "\(what) at \(address): \(reason) (\(name))\(advice.map { "; \($0)" } ?? way)")
    }

    /// librdkafka's name for the code.
    private var name: String { String(cString: rd_kafka_err2name(code)) }

    private var way: String {
        switch kind {
        case .disconnected: "; check that the brokers run, and that this machine reaches them"
        case .timeout: "; check that the brokers answer, and whether they are overloaded"
        case .unauthenticated where isLoginMissing:
            "; check whether the brokers ask for a login, and set 'KafkaConfiguration.security.login'"
        case .unauthenticated: "; check user, password and mechanism of 'KafkaConfiguration.security.login'"
        case .untrusted where isOwnCertificateRefused:
            "; show a certificate that the brokers trust: 'certificate' and 'key' of 'KafkaConfiguration.security.tls'"
        case .untrusted: "; check 'KafkaConfiguration.security.tls', and that the brokers use TLS at this port"
        case .unauthorized: "; grant the right to this user, or use another one"
        case .protocolViolation:
            "; check that this is the address of a Kafka broker, and that 'KafkaConfiguration.security.tls' is set if "
                + "it uses TLS there, and only then"
        case .fenced: "; another process has the same transactional id or is the same member of the group"
        case .tooLarge: "; raise 'maximumMessageSize' and the limits of the broker, or send less"
        case .unknownDestination: "; make it, or let it be made by 'KafkaConfiguration.topicCreation'"
        default: ""
        }
    }
}
extension TransportError {
    /// For calls after `close`.
    static var closed: TransportError { TransportError(.closed, "the connection to Kafka has been closed") }
}
#endif
