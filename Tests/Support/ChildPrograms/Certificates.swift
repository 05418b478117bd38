import Foundation

/// Certificates that openssl makes in a folder: `authority.pem`; `broker.pem` and `client.pem`, which it has signed,
/// with their keys `broker.key` and `client.key`; and `stranger.pem`, an authority that has signed nothing.
public enum Certificates {
    /// openssl does not do what it is asked.
    public struct Failure: Error, CustomStringConvertible {
        /// Its words.
        public let description: String
    }

    /// Makes all of them.
    ///
    /// - Parameter host: who the broker's certificate is for, as openssl writes names: `DNS:localhost`, `IP:127.0.0.1`.
    public static func write(into folder: TemporaryFolder, host: String = "DNS:localhost") throws {
        try run(
            """
            for name in authority stranger; do
              openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
                -subj "/CN=$name" -keyout $name.key -out $name.pem
            done
            printf 'subjectAltName=\(host)' > names
            for name in broker client; do
              openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
                -keyout $name.key -out $name.csr
            done
            \(signed("client", days: 30))
            \(signed("broker", days: 30))
            """, in: folder)
    }

    /// Gives the broker another certificate, which it uses from its next start on.
    ///
    /// - Parameter days: how long it is valid from now on; below zero for one that has expired.
    public static func renewBroker(in folder: TemporaryFolder, days: Int) throws {
        try run(signed("broker", days: days), in: folder)
    }

    /// Runs commands in the folder, until one of them fails.
    public static func run(_ script: String, in folder: TemporaryFolder) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", "cd \(folder.path)\n\(script)"]
        let output = try ChildProgram.start(process) { process in
            let output = Pipe()
            (process.standardOutput, process.standardError) = (output, output)
            try process.run()
            return output
        }
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: text, as: UTF8.self)) }
    }

    private static func signed(_ name: String, days: Int) -> String {
        "openssl x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -CAcreateserial "
            + "-days \(days) -extfile names -out \(name).pem"
    }
}
