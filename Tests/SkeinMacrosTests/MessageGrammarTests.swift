import SkeinCore
import Testing

@testable import SkeinMacrosPlugin

/// The plugin repeats two grammars of the core; these tables keep them equal.
@Suite("message grammar of the plugin")
struct MessageGrammarTests {
    @Test(
        "a name is refused for the reason that the core gives",
        arguments: [
            "", ".", "..", "a", "a.b", "a.b.c", "payment.received", "Payment.Received", "payment.", ".received",
            "payment..received", "1payment.received", "payment.2nd", "payment.re-ceived", "payment.re_ceived",
            "payment.-x", "payment._x", "pay ment.received", " payment.received", "payment.received\n", "zahlung.größe",
            "größe.zahl", "payment/received", "payment.r1", "a.b\u{301}", "a.\u{1F600}", "payment.received?",
            String(repeating: "a", count: 198) + ".b", String(repeating: "a", count: 199) + ".b",
            String(repeating: "ü", count: 100) + ".b",
        ])
    func names(_ name: String) {
        #expect(NameGrammar.problem(in: name) == MessageName.problem(in: name))
    }

    @Test("the longest name is the core's")
    func maximumLength() {
        #expect(NameGrammar.maximumLength == MessageName.maximumLength)
    }

    @Test(
        "a version is refused when the core refuses it",
        arguments: [
            "", ".", "..", "0", "1", "1.2", "1.2.3", "0.0.0", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "00.0.0",
            "v1.2.3",
            "1.2.3-beta", "1.2.3+5", "1..3", "1.2.", ".1.2", " 1.2.3", "1.2.3 ", "-1.2.3", "+1.2.3", "1.2.x",
            "65535.0.0",
            "65536.0.0", "1.2.99999999999999999999", "١.٢.٣",
        ])
    func versions(_ text: String) {
        let accepted = (try? SchemaVersion(validating: text)) != nil
        #expect((VersionGrammar.problem(in: text) == nil) == accepted)
    }

    @Test(
        "a correction is a version that the core accepts",
        arguments: [
            ("1", "1.0.0"), ("1.2", "1.2.0"), ("01.2.3", "1.2.3"), ("1.2.3-beta", "1.2.3"), ("1.2.3+5", "1.2.3"),
            ("v2.0", "2.0.0"), ("", nil), ("1..3", nil), ("1.2.3.4", nil), ("70000.0.0", nil), ("latest", nil),
            ("1.+2.3", nil),
        ] as [(String, String?)])
    func corrections(_ text: String, _ expected: String?) throws {
        let correction = VersionGrammar.correction(of: text)
        #expect(correction == expected)
        if let correction { _ = try SchemaVersion(validating: correction) }
    }
}
