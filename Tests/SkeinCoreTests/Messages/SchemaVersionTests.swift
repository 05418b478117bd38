import Foundation
import SkeinCore
import Testing

@Suite("Schema versions")
struct SchemaVersionTests {
    @Test(
        "of a handler accept the same major from the given version on",
        arguments: [
            ("1.2.3", "1.2.3", true), ("1.2.3", "1.2.4", true), ("1.2.3", "1.10.0", true), ("1.2.3", "1.2.2", false),
            ("1.2.3", "1.1.9", false), ("1.2.3", "2.2.3", false), ("1.2.3", "2.0.0", false), ("2.0.0", "1.9.9", false),
            ("0.1.0", "0.2.0", true), ("0.0.0", "1.0.0", false), ("65535.0.0", "65535.65535.65535", true),
        ])
    func accepting(since: String, version: String, isAccepted: Bool) throws {
        #expect(try SchemaVersion(validating: since).accepts(SchemaVersion(validating: version)) == isAccepted)
    }

    @Test(
        "are refused when they are not three plain numbers",
        arguments: [
            "", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "01.2.3", "1.2.03", "1.2.-3", "1.2.+3", "1..3", "1.2.65536",
            "1.2.3-beta", "1.2.3+5", " 1.2.3", "١.٢.٣",
        ])
    func refusing(text: String) throws {
        let error = try #require(throws: MessageError.self) { try SchemaVersion(validating: text) }
        #expect(error.code == .invalidVersion)
        #expect(error.message == "'\(text)' is not a schema version: write three numbers like 1.2.3")
        #expect(SchemaVersion(stringLiteral: text).isMalformed)
    }

    @Test("that are malformed literals accept nothing and keep their text for the error")
    func malformed() {
        let version: SchemaVersion = "1.2"
        #expect(version.isMalformed && version.description == "1.2")
        #expect(!version.accepts("0.0.0") && !version.accepts("1.2.0") && !version.accepts(version))
    }

    @Test("are ordered by number, not by text")
    func order() {
        let sorted: [SchemaVersion] = ["0.0.9", "0.0.10", "0.2.0", "0.10.0", "1.0.0", "10.0.0"]
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test("come back from their text and from JSON")
    func text() throws {
        forAll { random in
            let numbers = random.many(3..<4) { UInt16.random(in: 0...UInt16.max, using: &$0) }
            let version = SchemaVersion(numbers[0], numbers[1], numbers[2])
            try #require(try SchemaVersion(validating: version.description) == version)
            try #require(SchemaVersion(stringLiteral: version.description) == version)
            try #require(try JSONDecoder().decode(SchemaVersion.self, from: JSONEncoder().encode(version)) == version)
        }
    }
}
