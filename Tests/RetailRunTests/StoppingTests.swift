import ChildPrograms
import Foundation
import SkeinSQLite
import Testing

@Suite("A program that runs until it is told to stop", .fewAtATime)
struct StoppingTests {
    private let folder: TemporaryFolder
    private let store: String

    init() throws {
        folder = try TemporaryFolder()
        store = folder.file("child.db")
    }

    private func start(_ mode: String) throws -> BuiltProgram {
        try BuiltProgram("StopChild", [store, mode], keepsErrors: true)
    }

    @Test("runs on when its body has returned, and ends well on a signal", arguments: [SIGTERM, SIGINT])
    func idle(signal: Int32) async throws {
        let program = try start("idle")
        #expect(try program.line() == "ready")
        // It answers operators while it runs, so it has not ended with its body.
        try await waitUntil("the control server") { try await BuiltProgram.answer(of: store) }
        program.send(signal)
        #expect(try await program.finish().code == 0)
        #expect(try program.keptErrors().isEmpty)
        try SQLiteStore(path: store).close()
    }

    @Test("cancels its body, and waits for the work under way", arguments: [SIGTERM, SIGINT])
    func busy(signal: Int32) async throws {
        let program = try start("busy")
        #expect(try program.line() == "working")
        program.send(signal)
        let (code, output) = try await program.finish()
        #expect(code == 0)
        #expect(output == "canceled\nworked\n")
    }

    @Test("ends at once on a second signal", arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
    func stuck(signal: Int32, expected: Int32) async throws {
        let program = try start("stuck")
        #expect(try program.line() == "working")
        program.send(SIGTERM)
        #expect(try program.line() == "canceled")
        program.send(signal)
        #expect(try await program.finish().code == expected)
    }

    @Test(
        "says why it cannot run, with a code for programs",
        arguments: [
            ("torn", 78, "component 'child' handles the command 'child.work' twice"),
            ("failing", 70, "the body refuses"),
        ]
            as [(String, Int32, String)])
    func refusals(mode: String, expected: Int32, text: String) async throws {
        let (code, errors) = try await BuiltProgram.refusal("StopChild", [store, mode])
        #expect(code == expected)
        #expect(errors.hasPrefix("StopChild: \(text)"), "\(errors)")
        try SQLiteStore(path: store).close()
    }

    @Test("refuses a store that another process has, or that is none")
    func stores() async throws {
        let owner = try SQLiteStore(path: store)
        let second = try await BuiltProgram.refusal("StopChild", [store, "idle"])
        try owner.close()
        #expect(second.code == 75)
        #expect(second.errors.hasPrefix("StopChild: \(store) is already open in process "), "\(second.errors)")
        let text = folder.file("text.db")
        try Data("no store, but a text that is long enough to be looked at".utf8).write(to: URL(fileURLWithPath: text))
        #expect(try await BuiltProgram.refusal("StopChild", [text, "idle"]).code == 66)
    }
}
