import ChildPrograms
import Foundation
import Testing

@Suite("The scripts that look for broken invariants", .fewAtATime)
struct SearchScriptTests {
    @Test(
        "refuse what they cannot take, with what is admitted",
        arguments: [
            (["simulate", "--seeds"], "'--seeds' needs a value"),
            (["simulate", "--seed"], "'--seed' needs a value"),
            (["simulate", "--seeds", "0"], "write 1 to 999999999999999999"),
            (["simulate", "--seed", "abc"], "'abc' is no number of seeds"),
            (["simulate", "--bogus"], "'--bogus' is unknown"),
            (["mutants", "--seeds"], "'--seeds' needs a value"),
            (["mutants", "--seeds", "many"], "write 1 to 999999999"),
            (["mutants", "--bogus"], "'--bogus' is unknown"),
        ])
    func refuses(command: [String], problem: String) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Scripts/\(command[0])")
        process.arguments = Array(command.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        let errors = try ChildProgram.start(process) { process in
            let errors = Pipe()
            process.standardError = errors
            try process.run()
            return errors
        }
        try await waitUntil("the end of the script") { !process.isRunning }
        let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(process.terminationStatus == 64)
        #expect(text.hasPrefix("\(command[0]): ") && text.contains(problem), "\(text)")
    }
}
