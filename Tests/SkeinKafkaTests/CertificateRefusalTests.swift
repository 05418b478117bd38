import Testing

@testable import SkeinKafka

@Suite("Kafka: why certificates are refused")
struct CertificateRefusalTests {
    @Test(
        "OpenSSL's errors become words, each with a way out",
        arguments: [
            (Int32(10), "the certificate of the broker at b:1 has expired", "valid now"),
            (9, "the certificate of the broker at b:1 is not valid yet", "the clock"),
            (62, "the certificate of the broker at b:1 is for another host", "connect by a name"),
            (64, "the certificate of the broker at b:1 is for another host", "connect by a name"),
            (23, "the certificate of the broker at b:1 has been revoked", "another one"),
            (7, "the certificate of the broker at b:1 is not accepted, for OpenSSL's reason 7", "another one"),
        ])
    func words(code: Int32, words: String, way: String) {
        let refusal = CertificateRefusal(code: code, broker: "b:1", depth: 0)
        #expect(refusal.words == words)
        #expect(refusal.way.contains(way))
    }

    @Test(
        "an unknown authority is the same wherever the chain ends",
        arguments: [Int32(2), 18, 19, 20, 21], [Int32(0), 2])
    func authority(code: Int32, depth: Int32) {
        let refusal = CertificateRefusal(code: code, broker: "b:1", depth: depth)
        #expect(
            refusal.words == "the certificate of the broker at b:1 comes from an authority that is not trusted here")
        #expect(refusal.way.hasSuffix("into 'KafkaConfiguration.security.tls.authorities'"))
    }

    @Test("an authority that has expired is not taken for the broker")
    func chain() {
        let refusal = CertificateRefusal(code: 10, broker: "b:1", depth: 1)
        #expect(refusal.words == "the certificate of an authority of the broker at b:1 has expired")
    }
}
