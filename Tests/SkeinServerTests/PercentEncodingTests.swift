import Testing

@testable import SkeinServer

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(
        "is undone byte by byte",
        arguments: [
            ("a%2Fb", "a/b"), ("K%C3%B6ln", "Köln"), ("", ""), ("a+b", "a+b"), ("%25", "%"), ("%e2%82%ac", "€"),
        ])
    func decoded(_ text: String, _ plain: String) {
        #expect(PercentEncoding.decoded(text) == plain)
    }

    @Test("takes a plus for a blank in queries alone")
    func plus() {
        #expect(PercentEncoding.decoded("a+b%2B", plusIsBlank: true) == "a b+")
    }

    @Test("is refused where it is none", arguments: ["%", "%2", "%zz", "a%-1", "%C3", "%FF"])
    func refused(_ text: String) {
        #expect(PercentEncoding.decoded(text) == nil)
    }
}
