#if Kafka
import ChildPrograms
import Foundation
import SkeinKafka

/// A mock cluster behind `kafka-front.py`, which gives it TLS and logins.
final class KafkaFront: Sendable {
    /// What clients meet.
    struct Demands: Sendable {
        /// The certificate of the brokers.
        enum Certificate: Sendable { case valid, expired, ofAnotherHost }

        /// `nil` for plain text.
        var certificate: Certificate?
        /// Whether clients have to show a certificate of the authority.
        var asksForCertificate = false
        /// What logins are taken; none for everyone.
        var mechanisms: [KafkaSecurity.Login.Mechanism] = []
        /// Whether the nonce of SCRAM is compared as a whole, as Kafka 4 does.
        var comparesWholeNonce = false
    }

    static let user = "payment"
    static let password = "s3cret,word=1"

    /// The brokers as `host:port`, with commas between.
    var servers: String { dialogue.greeting }
    let mock: MockBroker
    /// Where the certificates lie.
    let folder: TemporaryFolder
    private let dialogue: Dialogue

    init(_ demands: Demands, brokers: Int = 1) throws {
        mock = try MockBroker(brokers: brokers)
        folder = try TemporaryFolder()
        let host = demands.certificate == .ofAnotherHost ? "DNS:elsewhere.example" : "IP:127.0.0.1"
        try Certificates.write(into: folder, host: host)
        if demands.certificate == .expired { try Certificates.renewBroker(in: folder, days: -1) }
        let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "kafka-front.py").path
        var arguments = ["python3", program, mock.servers]
        if demands.certificate != nil {
            arguments += ["--certificate", folder.file("broker.pem"), "--key", folder.file("broker.key")]
        }
        if demands.asksForCertificate { arguments += ["--authorities", folder.file("authority.pem")] }
        if !demands.mechanisms.isEmpty {
            arguments += ["--login", "\(Self.user):\(Self.password)"] + demands.mechanisms.map(\.rawValue)
        }
        if demands.comparesWholeNonce { arguments.append("--whole-nonce") }
        dialogue = try Dialogue(URL(filePath: "/usr/bin/env"), arguments)
    }
}
#endif
