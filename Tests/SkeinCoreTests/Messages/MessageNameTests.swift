import Foundation
import SkeinCore
import Testing

@Suite("Message names")
struct MessageNameTests {
    @Test("are a component and more segments", arguments: ["payment.received", "a.b.c", "p-1.x_2", "Order.placed"])
    func accepting(text: String) throws {
        let name = try MessageName(validating: text)
        #expect(name.rawValue == text && name.description == text)
        #expect(name.component == String(text.split(separator: ".")[0]))
    }

    @Test(
        "are refused with the first thing that is wrong",
        arguments: [
            ("", "it is empty; write component.name"),
            ("payment", "it has no dot; write component.name"),
            ("payment.", "it has an empty segment"),
            (".received", "it has an empty segment"),
            ("a..b", "it has an empty segment"),
            ("1a.b", "the segment '1a' must begin with a letter"),
            ("a.b c", "the segment 'b c' may hold only letters, digits, '-' and '_'"),
            ("a.bä", "the segment 'bä' may hold only letters, digits, '-' and '_'"),
            ("a." + String(repeating: "b", count: 199), "it has 201 characters; at most 200 are allowed"),
        ])
    func refusing(text: String, problem: String) throws {
        let error = try #require(throws: MessageError.self) { try MessageName(validating: text) }
        #expect(error.code == .invalidName)
        #expect(error.message == "'\(text)' is not a message name: \(problem)")
    }

    @Test("may have as many characters as the limit says")
    func longest() throws {
        _ = try MessageName(validating: "a." + String(repeating: "b", count: MessageName.maximumLength - 2))
    }

    @Test("that are literals are checked when asked")
    func literals() {
        let name: MessageName = "no dots"
        #expect(MessageName.problem(in: name.rawValue) != nil)
    }

    @Test("are text in JSON, checked on reading")
    func coding() throws {
        let name: MessageName = "payment.received"
        let json = try JSONEncoder().encode([name])
        #expect(String(decoding: json, as: UTF8.self) == #"["payment.received"]"#)
        #expect(try JSONDecoder().decode([MessageName].self, from: json) == [name])
        #expect(throws: MessageError.self) { try JSONDecoder().decode([MessageName].self, from: Data(#"["x"]"#.utf8)) }
    }
}
