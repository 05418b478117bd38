import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Testing

@Suite("A killed process", .fewAtATime)
struct SQLiteCrashTests {
    @Test("has stored every batch that it acknowledged, whole, gives no id twice, and the store is sound")
    func killed() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("SQLiteCrashTests seed \(seed)")
        let folder = try TemporaryFolder()
        var moments = Moments(state: seed)
        var last: Int64 = 0
        for round in 1...20 {
            let acknowledged = try run(folder.file(), until: moments.next(), round: round)
            last = max(last, acknowledged)
            let stored = try check(folder.file(), acknowledged: last)
            #expect(stored >= last && stored <= last + 1, "seed \(seed), round \(round)")
            last = stored
        }
        #expect(last >= 20, "seed \(seed)")
    }

    /// Starts the child, kills it at some moment behind so many batches, and returns the last that it acknowledged.
    private func run(_ path: String, until moment: Moment, round: Int) throws -> Int64 {
        let child = Process()
        let executable: URL = try #require(ChildProgram.place(of: "StoreCrashChild"))
        child.executableURL = executable
        child.arguments = [path]
        let pipe = Pipe()
        child.standardOutput = pipe
        try ChildProgram.start(child) { try $0.run() }
        var output = Data()
        while output.count(where: { $0 == 0x0A }) < moment.batches {
            let more = pipe.fileHandleForReading.availableData
            guard !more.isEmpty else { throw NeverHappened("batch \(moment.batches) of round \(round)") }
            output += more
        }
        // Kills it somewhere in the following commits. What passes the time uses the processor: on a busy machine, the
        // child would make thousands of commits while this thread gives it up as often.
        for _ in 0..<moment.calls { _ = getppid() }
        kill(child.processIdentifier, SIGKILL)
        output += try pipe.fileHandleForReading.readToEnd() ?? Data()
        child.waitUntilExit()
        #expect(child.terminationReason == .uncaughtSignal, "round \(round)")
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropLast().last.flatMap { Int64($0) } ?? 0
    }

    /// Holds the store against what the child commits, batch by batch; returns the newest batch.
    private func check(_ path: String, acknowledged: Int64) throws -> Int64 {
        let store = try SQLiteStore(path: path)
        defer { try? store.close() }
        #expect(try store.integrityCheck() == [])
        let reader = try store.makeReader()
        let newest = try reader.position(of: "batches")?.position ?? 0
        let records = try reader.records(after: 0, limit: .max)
        var expected: [String] = []
        for batch in stride(from: Int64(1), through: newest, by: 1) {
            for number in 0...batch % 20 { expected.append("batch-\(batch)-\(number)") }
            expected.append("batch-\(batch)-ids")
        }
        #expect(records.map(\.envelope.id.rawValue) == expected)
        #expect(records.map(\.position) == Array(records.indices.map { Int64($0) + 1 }))
        let ids = records.filter { $0.envelope.id.rawValue.hasSuffix("-ids") }.map {
            $0.envelope.subject.split(separator: " ").map(String.init)
        }
        #expect(Set(ids.map(\.first)).count == ids.count, "an instance id was given twice")
        #expect(Set(ids.map(\.last)).count == ids.count, "an id of a mailbox row was given twice")
        let rows = try reader.waits(of: InstanceID(rawValue: newest)).count
        #expect(rows == (newest == 0 ? 0 : Int(newest % 20) + 1))
        return newest
    }

    private struct Moment {
        var batches: Int
        var calls: Int
    }

    private struct Moments {
        var state: UInt64

        mutating func next() -> Moment { Moment(batches: 1 + roll(40), calls: roll(20_000)) }

        private mutating func roll(_ count: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % count)
        }
    }
}
