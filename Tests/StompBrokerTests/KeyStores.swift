import ChildPrograms

/// Certificates as brokers in Java read them: `broker.p12`, what the broker shows, and `trust.p12`, the authority of
/// its clients.
enum KeyStores {
    static func write(into folder: TemporaryFolder) throws {
        try Certificates.write(into: folder)
        try Certificates.run(
            """
            \(broker)
            keytool -importcert -noprompt -alias authority -file authority.pem -keystore trust.p12 \
              -storetype PKCS12 -storepass secret
            """, in: folder)
    }

    /// Gives the broker another certificate, which it uses from its next start on.
    ///
    /// - Parameter days: how long it is valid from now on; below zero for one that has expired.
    static func renewBroker(in folder: TemporaryFolder, days: Int) throws {
        try Certificates.renewBroker(in: folder, days: days)
        try Certificates.run(broker, in: folder)
    }

    private static let broker = """
        openssl pkcs12 -export -in broker.pem -inkey broker.key -certfile authority.pem -name broker \
          -passout pass:secret -out broker.p12
        """
}
