#if os(Linux)
import ChildPrograms
import Foundation
import Testing

@Suite("A commit reaches the disk", .fewAtATime)
struct SQLiteSyncTests {
    @Test("the number of fdatasync and fsync calls grows with the number of commits")
    func calls() throws {
        let few = try syncs(commits: 20)
        let many = try syncs(commits: 120)
        #expect(many - few >= 100, "\(few) calls for 20 commits, \(many) for 120")
        #expect(many - few <= 300, "\(few) calls for 20 commits, \(many) for 120")
    }

    /// Counts the system calls of a process that makes so many commits, by `strace`.
    private func syncs(commits: Int) throws -> Int {
        let folder = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = folder.appending(path: "strace").path
        let strace = try #require(
            ["/usr/bin/strace", "/usr/local/bin/strace"].first { FileManager.default.isExecutableFile(atPath: $0) },
            "strace is missing; Scripts/bootstrap installs it")
        let process = Process()
        process.executableURL = URL(filePath: strace)
        let child = try #require(ChildProgram.place(of: "StoreCrashChild")).path
        process.arguments = [
            "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", report, child, folder.appending(path: "s.db").path,
            "\(commits)",
        ]
        process.standardOutput = FileHandle.nullDevice
        try ChildProgram.start(process) { try $0.run() }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n")
        return lines.filter { $0.contains("sync(") && !$0.contains("resumed") }.count
    }
}
#endif
