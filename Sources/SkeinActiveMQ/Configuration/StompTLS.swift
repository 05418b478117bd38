/// The authorities that a broker's certificate is checked against, and the certificate that is shown to the broker.
public struct StompTLS: Sendable, Hashable {
    /// The authorities that are trusted.
    public enum TrustRoots: Sendable, Hashable {
        /// The authorities that the operating system trusts.
        case system
        /// The authorities in a file, in PEM.
        case file(String)
    }

    /// The authorities that a broker's certificate is checked against.
    public var trustRoots: TrustRoots
    /// The file with the certificate of this process and those between it and its authority, in PEM; `nil` to show
    /// none.
    public var certificateFile: String?
    /// The file with the key of ``certificateFile``, in PEM without a password.
    public var keyFile: String?
    /// Whether the name in the broker's certificate must be that of the address.
    public var verifiesHostname: Bool

    public init(
        trustRoots: TrustRoots = .system, certificateFile: String? = nil, keyFile: String? = nil,
        verifiesHostname: Bool = true
    ) {
        (self.trustRoots, self.certificateFile, self.keyFile) = (trustRoots, certificateFile, keyFile)
        self.verifiesHostname = verifiesHostname
    }
}
