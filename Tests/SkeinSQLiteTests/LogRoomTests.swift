import SkeinStorage
import ChildPrograms
import Foundation
import SkeinCore
import Testing

@testable import SkeinSQLite

@Suite("The room in the log of changes")
struct LogRoomTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func append(_ numbers: Range<Int>, to store: SQLiteStore) throws {
        for number in numbers {
            _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope("m\(number)"))])]))
        }
    }

    private func logSize() throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: folder.file() + "-wal")[.size] as? Int)
    }

    @Test("is there before commits need it, so that few of them make the file longer")
    func ahead() throws {
        let store = try SQLiteStore(path: folder.file())
        var sizes: Set<Int> = []
        for number in 0..<200 {
            try append(number..<number + 1, to: store)
            sizes.insert(try logSize())
        }
        #expect(sizes.count < 20)
        try store.close()
    }

    @Test("holds nothing that a restart after a crash would take for a commit")
    func crash() throws {
        let store = try SQLiteStore(path: folder.file())
        for number in 0..<120 {
            try append(number..<number + 1, to: store)
            guard number % 20 == 7 else { continue }
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: folder.file() + suffix, toPath: folder.file("copy\(number).db") + suffix)
            }
            let copy = try SQLiteStore(path: folder.file("copy\(number).db"))
            #expect(try copy.makeReader().highWater().position == Int64(number + 1))
            #expect(try copy.integrityCheck() == [])
            try append(number + 1..<number + 3, to: copy)
            #expect(try copy.makeReader().highWater().position == Int64(number + 3))
            try copy.close()
        }
        try store.close()
    }

    @Test("is bounded, and goes away with the log when the store is closed")
    func bounded() throws {
        let store = try SQLiteStore(path: folder.file())
        let payload = Data(count: 200_000)
        for number in 0..<300 {
            let small = envelope("m\(number)")
            let message = Envelope(
                time: small.time, metadata: small.metadata, context: small.context, payload: Payload(bytes: payload))
            _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(message)])]))
            #expect(try logSize() < 40 * 1024 * 1024)
        }
        try store.close()
        #expect(!FileManager.default.fileExists(atPath: folder.file() + "-wal"))
    }
}
