/// Why the certificate of a broker is not accepted. librdkafka knows it, and says "certificate verify failed" whatever
/// it was.
struct CertificateRefusal: Hashable {
    /// What is wrong, as far as it makes a difference for the way out.
    enum Cause: Hashable {
        case expired
        case notYetValid
        case ofAnotherHost
        case unknownAuthority
        case revoked
        case other(Int32)
    }

    let cause: Cause
    /// `host:port`.
    let broker: String
    /// Whether the certificate is the broker's own, and not that of an authority above it.
    let isOwn: Bool

    /// - Parameters:
    ///   - code: OpenSSL's number of the error, from `x509_vfy.h`.
    ///   - depth: how far the certificate lies above that of the broker.
    init(code: Int32, broker: String, depth: Int32) {
        (self.broker, isOwn) = (broker, depth == 0)
        cause =
            switch code {
            case 9: .notYetValid
            case 10: .expired
            // No issuer, self-signed alone or in the chain, no local issuer, one certificate only.
            case 2, 18, 19, 20, 21: .unknownAuthority
            case 23: .revoked
            // A name, an address.
            case 62, 64: .ofAnotherHost
            default: .other(code)
            }
    }

    /// "the certificate of the broker at localhost:9093 has expired".
    var words: String {
        let isAboutBroker = isOwn || cause == .unknownAuthority
        let certificate = isAboutBroker ? "the certificate" : "the certificate of an authority"
        return "\(certificate) of the broker at \(broker) \(verdict)"
    }

    private var verdict: String {
        switch cause {
        case .expired: "has expired"
        case .notYetValid: "is not valid yet"
        case .ofAnotherHost: "is for another host"
        case .unknownAuthority: "comes from an authority that is not trusted here"
        case .revoked: "has been revoked"
        case .other(let code): "is not accepted, for OpenSSL's reason \(code)"
        }
    }

    /// What to do.
    var way: String {
        switch cause {
        case .expired, .notYetValid: "give the broker one that is valid now, and check the clock of this machine"
        case .ofAnotherHost: "connect by a name that is in the certificate, or give the broker one with this name"
        case .unknownAuthority:
            "put the authority that has signed it into 'KafkaConfiguration.security.tls.authorities'"
        case .revoked, .other: "give the broker another one"
        }
    }
}
