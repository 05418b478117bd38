import ChildPrograms
import Foundation
import Testing

@Suite("The scripts that run the shop apart", .fewAtATime)
struct KillApartTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(
        _ script: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, errors: String) {
        try await ScriptRun.finish(script, arguments, programs: folder.path, environment: environment)
    }

    @Test(
        "refuse a value with what is admitted",
        arguments: [
            ("--broker", "rabbit", "write kafka or activemq"),
            ("--kills", "many", "write a whole number from 0 to 1000"),
            ("--orders", "0", "write a whole number from 1 to 1000000"),
            ("--within", "-1", "write a number from 0 to 3600"),
            ("--still", "1", "write a whole number from 5 to 86400"),
            ("--seed", "32768", "write a whole number from 0 to 32767"),
            ("--bogus", "1", "'--bogus' is unknown"),
        ])
    func refuses(option: String, value: String, admitted: String) async throws {
        let (code, errors) = try await run("kill-apart", ["--folder", folder.file("loop"), option, value])
        #expect(code == 64)
        #expect(errors.hasPrefix("kill-apart: ") && errors.contains(admitted), "\(errors)")
    }

    @Test("empty no folder that they have not filled")
    func strangers() async throws {
        try FileManager.default.createDirectory(atPath: folder.file("loop"), withIntermediateDirectories: false)
        try Data("dear all".utf8).write(to: URL(fileURLWithPath: folder.file("loop/letter")))
        let (code, errors) = try await run("kill-apart", ["--folder", folder.file("loop")])
        #expect(code == 64)
        #expect(errors.contains("letter, which no loop has made; write a new folder"), "\(errors)")
        #expect(folder.text("loop/letter") == "dear all")
    }

    @Test("refuse a demo that they do not know, and numbers that are none")
    func demo() async throws {
        #expect(try await run("demo-apart", ["rabbit"]).code == 64)
        #expect(try await run("demo-apart", []).code == 64)
        let (code, errors) = try await run("demo-apart", ["kafka"], ["DEMO_ORDERS": "many"])
        #expect(code == 64 && errors.contains("'many' is refused for DEMO_ORDERS"), "\(errors)")
    }
}
