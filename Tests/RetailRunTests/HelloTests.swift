import ChildPrograms
import Foundation
import SkeinSQLite
import Testing

@Suite("Hello", .fewAtATime)
struct HelloTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("greets, says goodbye, and says where it is kept")
    func greets() async throws {
        let store = folder.file("it's hello.db")
        var output = ""
        // It stays for five seconds; on a machine that is so busy that this is not enough, the next start goes on.
        try await waitUntil("the farewell") {
            let (code, text) = try await BuiltProgram("Hello", [store]).finish()
            #expect(code == 0 && text.hasPrefix("Hello, Kermit!\n"), "\(text)")
            output += text
            return text.contains("Goodbye")
        }
        let lines = output.split(separator: "\n")
        let word = "'\(folder.path)/it'\\''s hello.db'"
        #expect(lines.last == "All of it is kept in \(store): skein events --store \(word)")
        #expect(output.contains("Goodbye, Kermit! (said once: "))
    }

    @Test("refuses a store that another one has, or that cannot be, without a trap")
    func refuses() async throws {
        let store = folder.file("hello.db")
        let other = try SQLiteStore(path: store)
        let second = try await BuiltProgram.refusal("Hello", [store])
        try other.close()
        #expect(second.code == 1)
        #expect(second.errors.hasPrefix("Hello: \(store) is already open in process "), "\(second.errors)")
        let nowhere = try await BuiltProgram.refusal("Hello", [folder.file("missing/hello.db")])
        #expect(nowhere.code == 1)
        #expect(nowhere.errors.hasPrefix("Hello: ") && nowhere.errors.contains("does not exist; create it first"))
    }

    @Test("takes an option for no file", arguments: [("--help", Int32(0)), ("--bogus", 64)])
    func options(option: String, expected: Int32) async throws {
        let (code, errors) = try await BuiltProgram.refusal("Hello", [option])
        #expect(code == expected)
        #expect(errors.hasPrefix("usage: Hello [FILE]"))
        #expect(!FileManager.default.fileExists(atPath: option))
    }
}
