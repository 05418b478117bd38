import ChildPrograms
import Foundation
import SkeinCore
import SkeinSQLite
import SkeinStorage
import Testing

@testable import SkeinOperator

@Suite("A restore that is killed")
struct InterruptedRestoreTests {
    private struct Killed: Error {}

    private let folder: TemporaryFolder
    private var copy: String { folder.file("copy.db") }

    /// A backup with three messages, which is of another store, and a store whose killed owner left five messages in
    /// its log of changes. A log of the same store would be written back first.
    init() throws {
        folder = try TemporaryFolder()
        try Self.append(["1", "2", "3"], to: folder.file("copy.db"))
        let other = try TemporaryFolder()
        try SQLiteStore(path: other.file()).close()
        let store = try SQLiteStore(path: other.file())
        for id in ["a", "b", "c", "d", "e"] { try Self.append(id, to: store) }
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: other.file() + suffix, toPath: folder.file() + suffix)
        }
        try store.close()
    }

    private static func append(_ id: String, to store: SQLiteStore) throws {
        _ = try store.commit(CommitBatch(units: [CommitUnit(appends: [Outgoing(envelope(id))])]))
    }

    private static func append(_ ids: [String], to path: String) throws {
        let store = try SQLiteStore(path: path)
        for id in ids { try append(id, to: store) }
        try store.close()
    }

    /// Restores up to a step, and leaves everything as it is then.
    private func restore(upTo step: StoreReplacement.Step?) throws {
        _ = try StoreRestore(from: copy, to: folder.file()).carryOut(at: SystemClock().now) {
            if $0 == step { throw Killed() }
        }
    }

    /// What a start finds.
    private func ids() throws -> String {
        let store = try SQLiteStore(path: folder.file())
        defer { try? store.close() }
        #expect(try store.integrityCheck() == [])
        return try store.makeReader().records(after: 0, limit: 99).map(\.envelope.id.rawValue).joined()
    }

    /// Removes the second name of the store, as the error says that refuses a store with two.
    private func removeSecondName() throws {
        for name in try folder.names() where name.contains(".before-restore-") && !name.hasSuffix("-wal") {
            try FileManager.default.removeItem(atPath: folder.file(name))
        }
    }

    @Test("at any step leaves the old store with its log, or the new one", arguments: StoreReplacement.Step.allCases)
    func killed(step: StoreReplacement.Step) throws {
        #expect(throws: Killed.self) { try restore(upTo: step) }
        switch step {
        case .kept, .logKept:
            let error = #expect(throws: StoreError.self) { _ = try ids() }
            #expect(error?.code == .linked)
            try removeSecondName()
            #expect(try ids() == "abcde")
        case .linked, .logRemoved:
            #expect(try ids() == "abcde")
        case .replaced:
            #expect(try ids() == "123")
        }
    }

    @Test("at any step can be made again", arguments: StoreReplacement.Step.allCases)
    func again(step: StoreReplacement.Step) throws {
        #expect(throws: Killed.self) { try restore(upTo: step) }
        try restore(upTo: nil)
        #expect(try ids() == "123")
    }

    /// What gets in the way of a step.
    enum Obstacle: CaseIterable {
        case keptIsTaken, keptLogIsTaken, draftIsGone
    }

    @Test("or fails changes nothing", arguments: Obstacle.allCases)
    func failed(obstacle: Obstacle) throws {
        let now = SystemClock().now
        let kept = folder.file("shop.db.before-restore-" + "\(now)".filter { $0.isNumber || $0 == "T" })
        switch obstacle {
        case .keptIsTaken: try Data().write(to: URL(fileURLWithPath: kept))
        case .keptLogIsTaken: try Data().write(to: URL(fileURLWithPath: kept + "-wal"))
        case .draftIsGone: break
        }
        let names = try folder.names()
        let error = #expect(throws: StoreError.self) {
            _ = try StoreRestore(from: copy, to: folder.file()).carryOut(at: now) { step in
                guard obstacle == .draftIsGone, step == .logRemoved else { return }
                let draft = try folder.names().first { $0.hasSuffix(".part") }
                try FileManager.default.removeItem(atPath: folder.file(#require(draft)))
            }
        }
        #expect(error != nil)
        #expect(try Set(folder.names()).subtracting(names).subtracting(["shop.db.owner", "shop.db-shm"]).isEmpty)
        #expect(
            try FileManager.default.attributesOfItem(atPath: folder.file())[.type] as? FileAttributeType == .typeRegular
        )
        #expect(try ids() == "abcde")
    }

    @Test("keeps the log of the old store also when it cannot give the log its name back")
    func logNameIsTaken() throws {
        let error = #expect(throws: StoreError.self) {
            _ = try StoreRestore(from: copy, to: folder.file()).carryOut(at: SystemClock().now) { step in
                guard step == .logRemoved else { return }
                let draft = try folder.names().first { $0.hasSuffix(".part") }
                try FileManager.default.removeItem(atPath: folder.file(#require(draft)))
                try Data("parcel".utf8).write(to: URL(fileURLWithPath: folder.file() + "-wal"))
            }
        }
        #expect(error != nil)
        #expect(try ids() == "abcde")
    }

    @Test("does not leave the old store to a start that has followed the link to it")
    func start() throws {
        #expect(throws: Killed.self) { try restore(upTo: .logRemoved) }
        let error = #expect(throws: StoreError.self) {
            // What the restore would have done next, had it not been killed.
            _ = try OwnerLock.take(folder.file(), socket: nil) { found in
                #expect(found.contains(".before-restore-"))
                try FileManager.default.removeItem(atPath: folder.file())
                try FileManager.default.copyItem(atPath: copy, toPath: folder.file())
            }
        }
        #expect(error?.code == .replaced)
        #expect(try ids() == "123")
    }

    @Test("is whole when it is not killed, and so is what it keeps")
    func whole() throws {
        try restore(upTo: nil)
        #expect(try ids() == "123")
        let kept = try #require(try folder.names().first { $0.contains(".before-restore-") && $0.hasSuffix("-wal") })
        let inspector = try StoreInspector(path: folder.file(String(kept.dropLast(4))))
        defer { inspector.close() }
        #expect(try inspector.messages(MessageFilter()).count == 5)
        #expect(try !folder.names().contains { $0.contains(".part") || $0 == "shop.db-wal" })
    }
}
