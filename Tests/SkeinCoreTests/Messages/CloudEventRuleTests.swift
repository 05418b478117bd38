import SkeinCloudEvents
import Foundation
import SkeinCore
import Testing

@Suite("CloudEvents rules")
struct CloudEventRuleTests {
    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let error as MessageError {
            return error.code == .invalidCloudEvent ? error.description : "another code: \(error)"
        } catch {
            return "another error: \(error)"
        }
    }

    private func structured(_ members: String) -> String {
        #"{"specversion":"1.0","id":"1","source":"/s","type":"t"\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    private func read(_ members: String) throws -> CloudEvent {
        try CloudEvent(json: Data(structured(members).utf8))
    }

    @Test(
        "refuse an event that breaks one, naming the attribute",
        arguments: [
            ("", nil),
            (#""subject":null,"x":null,"data_base64":null"#, nil),
            (#""subject":"""#, "'subject' is empty"),
            (#""subject":5"#, "'subject' is not a string"),
            (#""subject":"a\u0007b""#, "'subject' holds the character U+0007"),
            (#""subject":"a\u0085b""#, "'subject' holds the character U+0085"),
            (#""subject":"\ufffe""#, "'subject' holds the character U+FFFE"),
            (#""subject":"\ud800""#, "half a surrogate pair"),
            (#""subject":"\ud83d\ude00""#, nil),
            (#""time":"2018-04-05T17:31:00""#, "'time' is not in RFC 3339"),
            (#""time":"2018-04-05T17:31:00+02:00""#, nil),
            (#""datacontenttype":"json""#, "'datacontenttype' is not a media type: write type/subtype"),
            (#""datacontenttype":"text/plain; charset""#, "'datacontenttype' is not a media type: write a parameter"),
            (#""datacontenttype":"text/plain; charset=\"a b\"; q=1""#, nil),
            (#""dataschema":"""#, "'dataschema' is not a URI: it is empty"),
            (#""dataschema":"/relative""#, "'dataschema' is not a URI: it has no scheme"),
            (#""dataschema":"https://x.example/a#B""#, nil),
            (#""comExample":1"#, "'comExample' has an illegal name"),
            (#""com_example":1"#, "'com_example' has an illegal name"),
            (#""":1"#, "'' has an empty name"),
            (#""aratherlongnameofmorethantwentycharacters":1"#, nil),
            (#""x":2147483647,"y":-2147483648"#, nil),
            (#""x":2147483648"#, "'x' is the number 2147483648"),
            (#""x":1.0"#, "'x' is the number 1.0"),
            (#""x":1e2"#, "'x' is the number 1e2"),
            (#""x":{}"#, "'x' is an object or array"),
            (#""x":1,"x":1"#, "'x' stands twice"),
            (#""\u0078":1,"x":1"#, "'x' stands twice"),
            (#""data":1,"data":1"#, "'data' stands twice"),
            (#""data":1,"data_base64":"AA==""#, "'data_base64' stands beside 'data'"),
            (#""data_base64":"AA""#, "'data_base64' is not a string in Base64"),
            (#""data_base64":5"#, "'data_base64' is not a string in Base64"),
            (#""datacontenttype":"text/plain","data":{}"#, "'data' is no string"),
        ] as [(String, String?)])
    func members(members: String, problem: String?) {
        let message = message { _ = try read(members) }
        #expect((message == nil) == (problem == nil), "\(message ?? "accepted")")
        if let problem { #expect(message?.contains(problem) == true, "\(message ?? "accepted")") }
    }

    @Test("ask for the four required attributes, present and not empty", arguments: ["id", "source", "type"])
    func required(attribute: String) {
        let all = ["specversion": "1.0", "id": "1", "source": "/s", "type": "t"]
        let empty = all.merging([attribute: ""]) { $1 }
        let missing = all.filter { $0.key != attribute }
        for (attributes, problem) in [(empty, "is empty"), (missing, "is missing")] {
            let message = message { _ = try CloudEvent(json: JSONEncoder().encode(attributes)) }
            #expect(message?.contains("'\(attribute)' \(problem)") == true, "\(message ?? "accepted")")
        }
    }

    @Test("read version 1.0 only", arguments: ["0.3", "1.0.2", "", "1.1"])
    func version(version: String) {
        let text = structured("").replacing("1.0", with: version)
        let message = message { _ = try CloudEvent(json: Data(text.utf8)) }
        #expect(message?.contains("'specversion' is '\(version)'; only '1.0' is read") == true)
    }

    @Test(
        "take any URI reference as a source, and nothing else",
        arguments: [
            ("https://github.com/cloudevents", true), ("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", true),
            ("1-555-123-4567", true), ("//[::1]:80/a%20b?c#d", true), ("payment", true), ("./a:b", true),
            ("a b", false), ("1a:b", false), ("a%2", false), ("a#b#c", false), ("a[b]", false), ("ä", false),
        ])
    func source(source: String, isLegal: Bool) {
        let event = CloudEvent(id: "1", source: source, type: "t")
        #expect((message { try event.validate() } == nil) == isLegal)
    }

    @Test(
        "refuse what is not one JSON object, naming the place",
        arguments: [
            ("", "'{' is missing at byte 0"), ("[]", "'{' is missing at byte 0"),
            ("{", "a string is missing at byte 1"),
            (#"{"id":"1"} x"#, "more text follows at byte 11"), (#"{"id":"1",}"#, "a string is missing at byte 10"),
            (#"{"id":01}"#, "',' or '}' is missing at byte 7"), (#"{"id":-}"#, "a value is missing at byte 6"),
            (#"{"id":"a"#, "a string does not end"), (#"{"id":"\x"}"#, "unknown escape at byte 7"),
            (#"{"id":tru}"#, "'true' is misspelt at byte 6"), ("{\"id\":\"\n\"}", "control character at byte 7"),
            (#"{"id":"\u12"}"#, "four hexadecimal digits at byte 7"), ("{'id':1}", "a string is missing at byte 1"),
        ])
    func syntax(text: String, problem: String) {
        let message = message { _ = try CloudEvent(json: Data(text.utf8)) }
        #expect(message?.contains(problem) == true, "\(message ?? "accepted")")
    }

    @Test("refuse text that is not UTF-8, and nesting without end")
    func limits() {
        #expect(message { _ = try CloudEvent(json: Data([0x7B, 0xFF, 0x7D])) }?.contains("not UTF-8") == true)
        let deep = String(repeating: "[", count: 100_000)
        #expect(message { _ = try read("\"data\":" + deep) }?.contains("nested deeper than 512") == true)
    }

    @Test("find the event of a batch that breaks one")
    func batch() throws {
        let text = "[\(structured("")), \(structured(#""x":1.5"#))]"
        let message = message { _ = try CloudEvent.batch(json: Data(text.utf8)) }
        #expect(message?.hasPrefix("event 1 of the batch: the CloudEvents attribute 'x'") == true)
        #expect(try CloudEvent.batch(json: Data(" [ ] ".utf8)).isEmpty)
        #expect(try CloudEvent.json(batch: []) == Data("[]".utf8))
    }

    @Test("say that data without a content type is JSON, as it came")
    func impliedContentType() throws {
        let event = try read(#""data" : {"b":1.10, "a":"\u00e4"} "#)
        #expect(event.dataContentType == "application/json")
        #expect(String(decoding: event.data, as: UTF8.self) == #"{"b":1.10, "a":"\u00e4"}"#)
        #expect(try read(#""data":null"#).data == Data("null".utf8))
        #expect(try read(#""data":"<x/>","datacontenttype":"text/xml""#).data == Data("<x/>".utf8))
        #expect(try read(#""data_base64":"AP8=""#).dataContentType == nil)
    }

    @Test("tell the mode by the content type")
    func modes() throws {
        #expect(try CloudEvent.Mode(contentType: "Application/CloudEvents+JSON; charset=utf-8") == .structured)
        #expect(try CloudEvent.Mode(contentType: "application/cloudevents-batch+json") == .batch)
        #expect(try CloudEvent.Mode(contentType: "application/json") == .binary)
        #expect(try CloudEvent.Mode(contentType: nil) == .binary)
        #expect(
            message { _ = try CloudEvent.Mode(contentType: "application/cloudevents+avro") }?.contains("avro") == true)
    }
}
