import ChildPrograms
import Foundation

/// Certificates that openssl makes: an authority, the broker's for `localhost`, one of a client, and an authority that
/// nobody knows.
enum Certificates {
    static func write(into folder: TemporaryFolder) throws {
        try run(
            """
            cd \(folder.path)
            for name in authority stranger; do
              openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
                -subj "/CN=$name" -keyout $name.key -out $name.pem
            done
            printf 'subjectAltName=DNS:localhost' > names
            for name in broker client; do
              openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
                -keyout $name.key -out $name.csr
            done
            \(signed("client", days: 30))
            \(broker(days: 30))
            keytool -importcert -noprompt -alias authority -file authority.pem -keystore trust.p12 \
              -storetype PKCS12 -storepass secret
            """)
    }

    /// Gives the broker another certificate, which it uses from its next start on.
    ///
    /// - Parameter days: how long it is valid from now on; below zero for one that has expired.
    static func renew(in folder: TemporaryFolder, days: Int) throws {
        try run("cd \(folder.path)\n\(broker(days: days))")
    }

    private static func broker(days: Int) -> String {
        """
        \(signed("broker", days: days))
        openssl pkcs12 -export -in broker.pem -inkey broker.key -certfile authority.pem -name broker \
          -passout pass:secret -out broker.p12
        """
    }

    private static func signed(_ name: String, days: Int) -> String {
        "openssl x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -CAcreateserial "
            + "-days \(days) -extfile names -out \(name).pem"
    }

    private static func run(_ script: String) throws {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NeverHappened(String(decoding: text, as: UTF8.self)) }
    }
}
