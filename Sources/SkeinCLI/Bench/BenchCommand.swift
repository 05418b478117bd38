import SkeinStorage
import ArgumentParser
import Foundation
import SkeinCore
import SkeinSQLite

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure what this machine and its disk give a workload.",
        usage: "skein bench <workload> [options]",
        discussion: """
            three-step: processes of three activities each, from the publish of a start to the outcome; five commits \
            one after the other. events: messages, from the publish to the handler; one commit.

            As many units are under way at a time as --concurrency says. Every commit is synced. The store is a new \
            one that is removed at the end, or FILE, which is kept. In the same run and folder, commits of one row \
            show what the disk takes for one.

            "fsyncs" counts the commits that changed the store, each of which syncs the log of changes once; a \
            checkpoint, every 16 MiB, adds two that are not counted. "Bytes written" is what the process has handed to \
            the system (wchar in /proc/self/io), checkpoints included; it is known on Linux.

            EXAMPLES:
              skein bench three-step --count 500
              skein bench events --count 100000 --concurrency 1000 --json
              skein bench events --store /mnt/disk/bench.db
            """)

    @Argument(help: "three-step or events.") var workload: BenchWorkload
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The store to measure in; a new one, removed at the end, unless named.", valueName: "file"))
    var store: String?
    @Option(
        name: .shortAndLong, parsing: .unconditional, help: "How many units, up to 10,000,000. (default: 1000)",
        transform: { try Admitted.number($0, in: 1...10_000_000) })
    var count = 1000
    @Option(
        parsing: .unconditional, help: "How many at a time, up to 10,000. (default: 1)",
        transform: { try Admitted.number($0, in: 1...10_000) })
    var concurrency = 1
    @Flag(help: "Measure also in a store that holds something. The benchmark's messages stay there.") var force = false
    @Flag(help: "Answer in JSON: one object.") var json = false

    func run() async throws {
        let folder = try BenchFolder(store: store)
        do {
            let report = try await measure(in: folder)
            folder.remove()
            if json { try JSONOutput.write(report) } else { report.write() }
        } catch {
            folder.remove()
            throw error
        }
    }

    private func measure(in folder: BenchFolder) async throws -> BenchReport {
        let store = try SQLiteStore(path: folder.file)
        do {
            if !force { try refuse(store) }
            let progress = json ? nil : BenchProgress(count: count)
            var report = try await BenchRun(store: store, workload: workload, count: count, concurrency: concurrency)
                .measure { progress?.show($0) }
            progress?.end()
            try store.close()
            report.diskCommitMicroseconds = try folder.diskCommit().microseconds
            report.store = self.store
            return report
        } catch {
            try? store.close()
            throw error
        }
    }

    /// What is there belongs to somebody.
    private func refuse(_ store: SQLiteStore) throws {
        let high = try store.makeReader().highWater()
        guard high != HighWater() else { return }
        throw Failure.no(
            "\(store.label) holds something already: \(high.position) messages, \(high.instance) instances. Name a new "
                + "file, or add --force, which leaves the benchmark's messages there")
    }
}

/// What is measured.
enum BenchWorkload: String, CaseIterable, ExpressibleByArgument, Encodable, Sendable {
    case threeStep = "three-step"
    case events
}

/// What was measured.
struct BenchReport: Encodable, Sendable {
    var workload: BenchWorkload
    /// The store that was named; absent for one that is removed.
    var store: String?
    var count: Int
    var concurrency: Int
    var perSecond: Double
    var p50Microseconds: Double
    var p99Microseconds: Double
    var fsyncs: Int
    var fsyncsPerUnit: Double
    /// Absent where the system does not tell.
    var bytesPerUnit: Double?
    /// The median of commits of one row, one after the other, beside the store.
    var diskCommitMicroseconds = 0.0

    func write() {
        func number(_ value: Double, _ digits: Int = 0) -> String { String(format: "%.\(digits)f", value) }
        let page = Page()
        page.title("\(workload.rawValue): \(count) units, \(concurrency) at a time")
        page.facts([
            ("rate", "\(number(perSecond)) a second"),
            ("p50", "\(number(p50Microseconds)) µs"),
            ("p99", "\(number(p99Microseconds)) µs"),
            ("fsyncs", "\(fsyncs), \(number(fsyncsPerUnit, 2)) a unit"),
            ("bytes written", bytesPerUnit.map { "\(number($0)) a unit" }),
            ("the disk", "\(number(diskCommitMicroseconds)) µs a commit of one row"),
        ])
    }
}

/// A line on the terminal that says how far a long run is; nothing where errors go into a file.
final class BenchProgress: Sendable {
    private let count: Int

    init(count: Int) { self.count = count }

    func show(_ done: Int) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\(done) of \(count)".utf8))
    }

    func end() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8))
    }
}
