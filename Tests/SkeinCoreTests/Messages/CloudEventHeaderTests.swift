import SkeinCloudEvents
import Foundation
import SkeinCore
import Testing

@Suite("CloudEvents headers")
struct CloudEventHeaderTests {
    private func headers(_ more: (String, String)...) -> [CloudEvent.Header] {
        let required = [("ce-specversion", "1.0"), ("CE-ID", "1"), ("ce-source", "/s"), ("ce-type", "t")]
        return (required + more).map { CloudEvent.Header($0.0, $0.1) }
    }

    private func subject(_ value: String) throws -> String? {
        try CloudEvent(headers: headers(("ce-subject", value)), body: Data()).subject
    }

    @Test("are written with the prefix of the protocol, the content type without")
    func writing() throws {
        let event = CloudEvent(
            id: "1", source: "/s", type: "t", subject: "Euro € 😀", dataContentType: "text/plain",
            extensions: ["n": .integer(-5), "b": .boolean(true)], data: Data("x".utf8))
        #expect(
            try event.binary().map { "\($0.name): \($0.value)" } == [
                "ce-specversion: 1.0", "ce-id: 1", "ce-source: /s", "ce-type: t",
                "ce-subject: Euro%20%E2%82%AC%20%F0%9F%98%80", "content-type: text/plain", "ce-b: true", "ce-n: -5",
                "ce-extensiontypes: b=boolean%20n=integer",
            ])
        #expect(try event.binary(.kafka).contains(CloudEvent.Header("ce_subject", "Euro € 😀")))
    }

    @Test(
        "are decoded as other writers may have encoded them",
        arguments: [
            ("Euro%20%e2%82%ac", "Euro €"), ("%61bc", "abc"), (#""a b""#, "a b"),
            (#" "a \"b\" \\ %25" "#, #"a "b" \ %"#),
            ("a b", "a b"), ("ä", "ä"),
        ])
    func decoding(value: String, text: String) throws {
        #expect(try subject(value) == text)
    }

    @Test("are refused when they do not decode", arguments: ["%C0%A0", "%4", "%zz", "%", "\"a", "%FF", ""])
    func refusing(value: String) throws {
        let error = try #require(throws: MessageError.self) { try subject(value) }
        #expect(error.code == .invalidCloudEvent && error.message.contains("'subject'"))
    }

    @Test("are refused when one stands twice or names the content type a second time")
    func duplicates() throws {
        let twice = try #require(throws: MessageError.self) {
            try CloudEvent(headers: headers(("ce-Id", "2")), body: Data())
        }
        #expect(twice.message.contains("'id' stands twice"))
        let contentType = try #require(throws: MessageError.self) {
            try CloudEvent(headers: headers(("ce-datacontenttype", "text/plain")), body: Data())
        }
        #expect(contentType.message.contains("travels as 'content-type'"))
    }

    @Test("of others are left out of account, and extensions are strings")
    func others() throws {
        let event = try CloudEvent(
            headers: headers(("ce-flag", "true"), ("host", "x"), ("Content-Type", "text/plain")), body: Data("y".utf8))
        #expect(event.extensions == ["flag": .string("true")])
        #expect(event.dataContentType == "text/plain" && event.data == Data("y".utf8))
    }

    @Test(
        "have types only where they fit",
        arguments: ["x=integer", "flag=integer", "flag=binary", "flag", "flag=boolean=1"])
    func types(text: String) {
        #expect(throws: MessageError.self) {
            try CloudEvent(headers: headers(("ce-flag", "true"), ("ce-extensiontypes", text)), body: Data())
        }
    }
}
