/// Encryption and login. Its description shows no password.
public struct KafkaSecurity: Sendable, Hashable, CustomStringConvertible {
    /// Encryption; `nil` for plain text.
    public var tls: TLS?
    /// The user and password for SASL; `nil` to log in as nobody.
    public var login: Login?

    public init(tls: TLS? = nil, login: Login? = nil) { (self.tls, self.login) = (tls, login) }

    /// Plain text and no login.
    public static let none = KafkaSecurity()

    /// Encryption, by certificates.
    public struct TLS: Sendable, Hashable {
        /// The path of the authorities that brokers' certificates are checked against, in PEM; `nil` for those of the
        /// system.
        public var authorities: String?
        /// The path of this process's own certificate, in PEM, where brokers ask for one.
        public var certificate: String?
        /// The path of the key of ``certificate``, in PEM.
        public var key: String?
        /// What the key is encrypted with.
        public var keyPassword: String?
        /// Whether the certificate has to be that of the host which was asked for.
        public var checksHost: Bool

        public init(
            authorities: String? = nil, certificate: String? = nil, key: String? = nil, keyPassword: String? = nil,
            checksHost: Bool = true
        ) {
            (self.authorities, self.certificate, self.key) = (authorities, certificate, key)
            (self.keyPassword, self.checksHost) = (keyPassword, checksHost)
        }
    }

    /// A name and a password.
    public struct Login: Sendable, Hashable {
        /// How the password is proved. The raw values are SASL's names.
        public enum Mechanism: String, Sendable, Hashable, CaseIterable {
            /// The password travels as it is; use it with ``KafkaSecurity/tls`` only.
            case plain = "PLAIN"
            /// SCRAM with SHA-256.
            case scram256 = "SCRAM-SHA-256"
            /// SCRAM with SHA-512.
            case scram512 = "SCRAM-SHA-512"
        }

        /// How the password is proved.
        public var mechanism: Mechanism
        /// The name.
        public var user: String
        /// The password; no error and no description shows it.
        public var password: String

        public init(_ mechanism: Mechanism, user: String, password: String) {
            (self.mechanism, self.user, self.password) = (mechanism, user, password)
        }
    }

    /// "TLS, SCRAM-SHA-512 as payment".
    public var description: String {
        let encryption = tls == nil ? "plain text" : "TLS"
        return login.map { "\(encryption), \($0.mechanism.rawValue) as \($0.user)" } ?? encryption
    }

    /// The properties of librdkafka that say the same.
    var properties: [(name: String, value: String)] {
        let transport = (login == nil ? "" : "sasl_") + (tls == nil ? "plaintext" : "ssl")
        var result = [("security.protocol", transport)]
        if let tls {
            let texts = [
                ("ssl.ca.location", tls.authorities), ("ssl.certificate.location", tls.certificate),
                ("ssl.key.location", tls.key), ("ssl.key.password", tls.keyPassword),
            ]
            result += texts.compactMap { name, value in value.map { (name, $0) } }
            result.append(("ssl.endpoint.identification.algorithm", tls.checksHost ? "https" : "none"))
        }
        if let login {
            result += [
                ("sasl.mechanism", login.mechanism.rawValue), ("sasl.username", login.user),
                ("sasl.password", login.password),
            ]
        }
        return result
    }

    /// The way out where librdkafka fails on one of the files, because it names neither the file nor the setting.
    ///
    /// - Parameter reason: librdkafka's words.
    func way(after reason: String) -> String {
        let files = [
            ("ssl.ca.location", "authorities", tls?.authorities, "holds certificates"),
            ("ssl.certificate.location", "certificate", tls?.certificate, "holds a certificate"),
            ("ssl.key.location", "key", tls?.key, "holds the key of 'certificate', which 'keyPassword' opens"),
        ]
        for (property, setting, path, content) in files where reason.hasPrefix("\(property) failed") {
            return "; check that '\(path ?? "")' of 'KafkaConfiguration.security.tls.\(setting)' can be read and "
                + "\(content), all in PEM"
        }
        return ""
    }
}

extension KafkaSecurity.Login: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Mechanism and user.
    public var description: String { "\(mechanism.rawValue) as \(user)" }
    /// Mechanism and user.
    public var debugDescription: String { description }
    /// Mechanism and user, for `dump`.
    public var customMirror: Mirror { Mirror(self, children: ["mechanism": mechanism, "user": user]) }
}

extension KafkaSecurity.TLS: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where the files are.
    public var description: String {
        "TLS by \(authorities ?? "the system's authorities")\(certificate.map { ", as \($0)" } ?? "")"
    }
    /// Where the files are.
    public var debugDescription: String { description }
    /// Where the files are, for `dump`.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "authorities": authorities as Any, "certificate": certificate as Any, "key": key as Any,
                "checksHost": checksHost,
            ])
    }
}
