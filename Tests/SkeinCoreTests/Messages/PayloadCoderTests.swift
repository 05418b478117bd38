import Foundation
import SkeinCore
import Testing

@Suite("The JSON payload coder")
struct PayloadCoderTests {
    private struct Order: Codable, Equatable {
        struct Line: Codable, Equatable { let article: String, count: Int }
        let number: String
        let lines: [Line]
        var placed: Date?
    }

    private func message(_ json: String) throws -> String {
        let error = try #require(throws: MessageError.self) {
            try PayloadCoder.json.decode(Order.self, from: Data(json.utf8))
        }
        #expect(error.code == .undecodablePayload && error.cause != nil)
        return error.message
    }

    @Test("writes members in ascending order, without spaces or escaped slashes, dates in ISO 8601")
    func writing() throws {
        let order = Order(number: "4/7", lines: [.init(article: "b", count: 1)], placed: Date(timeIntervalSince1970: 0))
        let json = try PayloadCoder.json.encode(order)
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"lines":[{"article":"b","count":1}],"number":"4/7","placed":"1970-01-01T00:00:00Z"}"#)
        #expect(try PayloadCoder.json.decode(Order.self, from: json) == order)
    }

    @Test(
        "names the type and the place of what cannot be read",
        arguments: [
            (#"{"lines":[]}"#, "Order cannot be read: 'number' is missing"),
            (#"{"number":"1","lines":[{"article":"a"}]}"#, "Order cannot be read: 'lines.[0].count' is missing"),
            (#"{"number":null,"lines":[]}"#, "Order cannot be read: 'number' is null, a String is needed"),
            (
                #"{"number":"1","lines":[{"article":"a","count":1},{"article":2,"count":1}]}"#,
                "Order cannot be read: 'lines.[1].article' is not a String"
            ),
        ])
    func reading(json: String, text: String) throws {
        #expect(try message(json) == text)
    }

    @Test("names the type of what is no JSON", arguments: ["", "{", "[1,]", "\u{0}"])
    func malformed(json: String) throws {
        #expect(try message(json).hasPrefix("Order cannot be read: "))
    }

    @Test("reads dates with fractions and offsets, and names the place of text that is none")
    func dates() throws {
        let json = Data(#"{"number":"1","lines":[],"placed":"1970-01-01T01:00:00.5+01:00"}"#.utf8)
        #expect(try PayloadCoder.json.decode(Order.self, from: json).placed == Date(timeIntervalSince1970: 0.5))
        #expect(
            try message(#"{"number":"1","lines":[],"placed":"today"}"#)
                == "Order cannot be read: 'placed': 'today' is not a date")
    }

    @Test("names the type of what JSON cannot express")
    func unencodable() throws {
        let error = try #require(throws: MessageError.self) { try PayloadCoder.json.encode([Double.infinity]) }
        #expect(error.code == .unencodablePayload && error.cause != nil)
        #expect(error.message == "a value of type Array<Double> cannot be written as application/json")
    }

    @Test("of another format is two closures")
    func otherFormat() throws {
        struct Refused: Error {}
        let coder = PayloadCoder(
            contentType: "text/plain", encode: { Data("\($0)".utf8) }, decode: { _, _ in throw Refused() })
        #expect(try coder.encode(5) == Data("5".utf8))
        let error = try #require(throws: MessageError.self) { try coder.decode(Int.self, from: Data()) }
        #expect(error.message == "Int cannot be read as text/plain" && error.cause is Refused)
    }

    @Test("reports a decoder that gives another type than asked for")
    func wrongType() throws {
        let coder = PayloadCoder(contentType: "text/plain", encode: { _ in Data() }, decode: { _, _ in "text" })
        let error = try #require(throws: MessageError.self) { try coder.decode(Int.self, from: Data()) }
        #expect(error.message == "Int cannot be read: the decoder gave another type")
    }
}
