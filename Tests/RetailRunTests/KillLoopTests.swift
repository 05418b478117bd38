import ChildPrograms
import Foundation
import Testing

@Suite("The kill loop", .fewAtATime)
struct KillLoopTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String]) async throws -> (code: Int32, errors: String) {
        try await ScriptRun.finish("kill-loop", arguments + ["--folder", folder.file("loop")], programs: folder.path)
    }

    /// Puts a program where the loop looks for it, which does what the lines of a shell script say.
    private func place(_ name: String, _ script: String) throws {
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: folder.file(name)))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file(name))
    }

    @Test(
        "refuses a value with what is admitted",
        arguments: [
            ("--kills", "many", "write a whole number from 0 to 1000"),
            ("--orders", "0", "write a whole number from 1 to 10000000"),
            ("--rate", "0", "write a number from 0.01 to 10000"),
            ("--within", "-1", "write a number from 0 to 3600"),
            ("--still", "1", "write a whole number from 5 to 86400"),
            ("--seed", "32768", "write a whole number from 0 to 32767"),
            ("--time-scale", "5", "'5' is refused for --time-scale: write a duration of ISO 8601 from PT0.01S to P7D"),
            ("--bogus", "1", "'--bogus' is unknown"),
        ])
    func refuses(option: String, value: String, admitted: String) async throws {
        let (code, errors) = try await run([option, value])
        #expect(code == 64)
        #expect(errors.hasPrefix("kill-loop: ") && errors.contains(admitted), "\(errors)")
    }

    @Test("empties no folder that it has not filled")
    func strangers() async throws {
        for name in ["loop", "loop/world"] {
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
        }
        try Data("dear all".utf8).write(to: URL(fileURLWithPath: folder.file("loop/letter")))
        let (code, errors) = try await run([])
        #expect(code == 64)
        #expect(errors.contains("letter, which no loop has made; write a new folder"), "\(errors)")
        #expect(folder.text("loop/letter") == "dear all")
    }

    @Test("fails when the run lives and its log does not grow")
    func standstill() async throws {
        let files = "mkdir -p \(folder.file("loop/world")); echo x > \(folder.file("loop/shop.db"))"
        try place(
            "retail",
            """
            if [ "$1" = audit ]; then echo '  "messages" : 7,'; exit 0; fi
            \(files); echo x > \(folder.file("loop/world/calls.jsonl"))
            echo 'no progress here' >&2
            exec sleep 600
            """)
        try place("retail-world", "exit 0")
        let (code, errors) = try await run(["--kills", "0", "--still", "5"])
        #expect(code == 1)
        #expect(errors.contains("the last run stood still: its log has had 7 messages for 5 seconds"), "\(errors)")
        #expect(errors.contains("no progress here"))
    }

    @Test("was called wrongly when the run says that it was")
    func refusedByRun() async throws {
        try place("retail", "echo 'write an ISO 8601 duration from PT0.01S to P7D' >&2; exit 64")
        try place("retail-world", "exit 0")
        let (code, errors) = try await run(["--kills", "0", "--time-scale", "P9D"])
        #expect(code == 64)
        #expect(errors.contains("write an ISO 8601 duration from PT0.01S to P7D"), "\(errors)")
    }

    @Test("reads numbers in base ten, whatever they begin with")
    func leadingZero() async throws {
        try place("retail", "exit 64")
        try place("retail-world", "exit 0")
        let (code, errors) = try await run(["--kills", "08", "--within", "1"])
        #expect(code == 64 && !errors.contains("value too great"), "\(errors)")
    }

    @Test("says why a run has ended by itself")
    func ended() async throws {
        try place("retail", "echo 'retail run: the disk is full' >&2; exit 73")
        try place("retail-world", "exit 0")
        let (code, errors) = try await run(["--kills", "0"])
        #expect(code == 1)
        #expect(errors.contains("the last run ended with 73") && errors.contains("the disk is full"), "\(errors)")
    }
}
