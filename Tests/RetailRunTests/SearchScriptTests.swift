import ChildPrograms
import Foundation
import Testing

@Suite("The scripts that look for what breaks", .fewAtATime)
struct SearchScriptTests {
    private static var hasPython: Bool {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return places.contains { FileManager.default.isExecutableFile(atPath: "\($0)/python3") }
    }

    private func run(
        _ command: [String], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Scripts/\(command[0])")
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = try ChildProgram.start(process) { process in
            let (output, errors) = (Pipe(), Pipe())
            (process.standardOutput, process.standardError) = (output, errors)
            try process.run()
            return (output, errors)
        }
        try await waitUntil("the end of the script") { !process.isRunning }
        let texts = try [output, errors].map {
            String(decoding: try $0.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        return (process.terminationStatus, texts[0], texts[1])
    }

    private func check(_ command: [String], _ environment: [String: String] = [:], says problem: String) async throws {
        let (code, _, errors) = try await run(command, environment)
        #expect(code == 64)
        #expect(errors.hasPrefix("\(command[0]): ") && errors.contains(problem), "\(errors)")
    }

    @Test(
        "refuse wrong values, and say what is admitted",
        arguments: [
            (["simulate", "--seeds"], "'--seeds' needs a value"),
            (["simulate", "--seed"], "'--seed' needs a value"),
            (["simulate", "--seeds", "0"], "write 1 to 999999999999999999"),
            (["simulate", "--seed", "abc"], "'abc' is no seed and no number of seeds"),
            (["simulate", "--bogus"], "'--bogus' is unknown"),
            (["mutants", "--seeds"], "'--seeds' needs a value"),
            (["mutants", "--seeds", "many"], "write 1 to 999999999"),
            (["mutants", "--bogus"], "'--bogus' is unknown"),
            (["demo", "200"], "'200' is unknown"),
            (["bootstrap", "--bogus"], "it takes no arguments"),
            (["docs-check", "--bogus"], "it takes no arguments"),
        ])
    func refuses(command: [String], problem: String) async throws {
        try await check(command, says: problem)
    }

    @Test(
        "refuse what their environment says, with what is admitted",
        arguments: [
            ("DEMO_ORDERS", "0", "'0' is refused for DEMO_ORDERS: write a whole number from 1 to 10000000"),
            ("DEMO_KILLS", "many", "'many' is refused for DEMO_KILLS: write a whole number from 0 to 1000"),
        ])
    func environment(name: String, value: String, problem: String) async throws {
        try await check(["demo"], [name: value], says: problem)
    }

    @Test(
        "torture among them", .enabled(if: hasPython, "python3 is not here"),
        arguments: [
            (["--orders", "many"], "'many' is refused: write a whole number from 20 to 100,000"),
            (["--orders", "0"], "'0' is refused: write a whole number from 20 to 100,000"),
            (["--many", "0"], "write a whole number from 1 to 1,000,000"),
            (["--rounds", "0"], "write a whole number from 1 to 1,000"),
            (["--seed=-1"], "write a whole number from 0 to 1,073,741,823"),
            (["--day", "2s"], "'2s' is refused: write a duration of ISO 8601 from PT0.01S to P7D"),
            (["--day", "P8D"], "'P8D' is refused: write a duration of ISO 8601 from PT0.01S to P7D"),
            (["--only", "nothing"], "no fault has 'nothing' in its group and name; --list shows them all"),
            (["--folder", ""], "it is empty; name a folder"),
            (["--bogus"], "unrecognized arguments: --bogus"),
        ])
    func torture(arguments: [String], problem: String) async throws {
        try await check(["torture", "--list"] + arguments, says: problem)
    }

    @Test(
        "run a program that refuses the same",
        arguments: [
            (["--first", "red"], "write a whole number from 0 to 18446744073709551615"),
            (["--count", "0"], "write a whole number from 1 to 18446744073709551615"),
            (["--failures", "many"], "write a whole number from 1 to 9223372036854775807"),
            (["--invariant", "11"], "write a whole number from 0 to 10"),
            (["--first", "18446744073709551615"], "go beyond 18446744073709551615"),
        ])
    func simulate(arguments: [String], problem: String) async throws {
        let (code, errors) = try await BuiltProgram.refusal("Simulate", arguments)
        #expect(code == 64)
        #expect(errors.contains(problem), "\(errors)")
    }

    @Test("say how many seeds a minute, and pass on what a seed that fails has told", arguments: [false, true])
    func seeds(isBroken: Bool) async throws {
        let folder = try TemporaryFolder()
        let program = folder.file("Simulate")
        let failing = #"[ "$2" -ne 101 ] || { echo 'seed 101: Run it again with: make simulate SEED=101'; exit 1; }"#
        try Data("#!/bin/sh\n\(isBroken ? failing : "")\nexit 0\n".utf8).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let command = ["simulate", "--seeds", "1400", "--first", "101", "--program", program]
        let (code, output, errors) = try await run(command)
        #expect(code == (isBroken ? 1 : 0), "\(errors)")
        #expect(output.contains("make simulate SEED=101") == isBroken, "\(output)")
        let outcome = isBroken ? "1 of 6 batches failed" : "every invariant holds"
        #expect(output.contains("1400 seeds from 101 on: \(outcome); "), "\(output)")
        #expect(output.contains(/; [1-9][0-9]* a minute\n/))
    }

    @Test("run the seeds that are named, also where these begin with a zero")
    func leadingZero() async throws {
        let folder = try TemporaryFolder()
        let program = folder.file("Simulate")
        try Data("#!/bin/sh\necho \"$@\" >>\"$0.calls\"\n".utf8).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        for arguments in [["--seed", "0890"], ["--first", "0090", "--seeds", "01"]] {
            let (code, _, errors) = try await run(["simulate", "--program", program] + arguments)
            #expect(code == 0 && errors.isEmpty, "\(errors)")
        }
        #expect(folder.text("Simulate.calls") == "--first 890 --count 1\n--first 90 --count 1\n")
    }

    @Test("take no folder for the program that runs seeds")
    func noProgram() async throws {
        let (code, _, errors) = try await run(["simulate", "--seeds", "2", "--program", "/tmp"])
        #expect(code == 69 && errors.contains("/tmp is missing"), "\(errors)")
    }
}
