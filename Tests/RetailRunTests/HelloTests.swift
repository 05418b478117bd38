import ChildPrograms
import Foundation
import Testing

@Suite("Hello", .fewAtATime)
struct HelloTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("greets, says goodbye, and runs until it is told to stop")
    func greets() async throws {
        let hello = try BuiltProgram("Hello", [], in: folder.path)
        let look = ["instances", "--store", folder.file("hello.db"), "--state", "completed"]
        try await waitUntil("the farewell") {
            try await BuiltProgram("skein", look).finish().output.contains("Kermit")
        }
        hello.send(SIGINT)
        let (code, output) = try await hello.finish()
        #expect(code == 0)
        let lines = output.split(separator: "\n")
        #expect(lines.count == 2 && lines.first == "Hello, Kermit!", "\(output)")
        #expect(lines.last?.hasPrefix("Goodbye, Kermit! (said once: ") == true)
    }

    @Test("says what it runs instead of running, when it is asked for help", arguments: ["--help", "-h"])
    func help(option: String) async throws {
        let (code, output) = try await BuiltProgram("Hello", [option], in: folder.path).finish()
        #expect(code == 0)
        #expect(output.hasPrefix("USAGE: Hello\n\nRuns the component greeter.\nIt runs until it is told to stop"))
        #expect(try folder.names().isEmpty)
    }
}
