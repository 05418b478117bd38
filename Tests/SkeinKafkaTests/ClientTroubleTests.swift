#if Kafka
import CRdKafka
import SkeinTransport
import Testing

@testable import SkeinKafka

/// librdkafka's words, which differ with the moment at which a connection is lost.
@Suite("Kafka: what librdkafka's words mean")
struct ClientTroubleTests {
    @Test(
        "the loss of a connection is told by its words",
        arguments: [
            ("Connect to ipv4#127.0.0.1:1 failed: Connection refused", TransportError.Code.disconnected, false),
            ("Connection setup timed out in state SSL_HANDSHAKE", .disconnected, false),
            ("SSL handshake failed: Disconnected (in state SSL_HANDSHAKE)", .protocolViolation, false),
            ("Disconnected (after 0ms in state SSL_HANDSHAKE)", .protocolViolation, false),
            ("Disconnected while requesting ApiVersion: connecting to a SSL listener?", .protocolViolation, false),
            ("error:0A000086:SSL routines::certificate verify failed (in state SSL_HANDSHAKE)", .untrusted, true),
            ("Receive failed: tlsv13 alert certificate required: SSL alert number 116", .untrusted, true),
            ("Receive failed: tlsv1 alert unknown ca: SSL alert number 48", .untrusted, true),
            ("Receive failed: SSL routines::unexpected eof while reading (in state UP)", .disconnected, false),
            ("Disconnected: broker might require SASL authentication (in state UP)", .unauthenticated, false),
        ])
    func losses(words: String, code: TransportError.Code, isFinal: Bool) {
        let trouble = ClientTrouble(RD_KAFKA_RESP_ERR__TRANSPORT, words)
        #expect(trouble.kind == code)
        // Only what a person has to mend ends the attempts to connect: a broker that restarts looks like the others.
        #expect(trouble.isFinal == isFinal)
    }

    @Test(
        "a handshake fails for the certificate, or because the peer has no TLS",
        arguments: [
            ("SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading", false),
            ("SSL handshake failed: error:0A00010B:SSL routines::wrong version number", false),
            ("SSL handshake failed: error:0A000086:SSL routines::certificate verify failed", true),
            ("SSL handshake failed: sslv3 alert handshake failure: SSL alert number 40", true),
        ])
    func handshakes(words: String, isCertificate: Bool) {
        let trouble = ClientTrouble(RD_KAFKA_RESP_ERR__SSL, words)
        #expect(trouble.kind == (isCertificate ? .untrusted : .protocolViolation))
        #expect(trouble.isFinal == isCertificate)
    }

    @Test("a refused certificate brings its own words and way out")
    func refusal() {
        let trouble = ClientTrouble(CertificateRefusal(code: 10, broker: "b:1", depth: 0))
        let error = trouble.error("cannot connect", at: "a:1")
        #expect(error.code == .untrusted && trouble.isFinal)
        #expect(
            error.message == "cannot connect at a:1: the certificate of the broker at b:1 has expired (_SSL); "
                + "give the broker one that is valid now, and check the clock of this machine")
    }
}
#endif
