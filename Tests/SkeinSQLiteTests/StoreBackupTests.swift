import SkeinOperator
import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

@Suite("A backup of a store")
struct StoreBackupTests {
    let folder: TemporaryFolder
    private var copy: String { folder.file("copy.db") }

    init() throws { folder = try TemporaryFolder() }

    /// A message, and its number as a position, in one commit.
    private func append(_ store: SQLiteStore, _ number: Int64) throws {
        let unit = CommitUnit(appends: [Outgoing(envelope("\(number)"))])
        _ = try store.commit(CommitBatch(units: [unit]) { _ in [PositionRow(subscription: "a", position: number)] })
    }

    private func backUp() throws -> BackupReport { try StoreBackup.make(of: folder.file(), to: copy) }

    private func ids(_ path: String) throws -> [String] {
        let inspector = try StoreInspector(path: path)
        defer { inspector.close() }
        return try inspector.messages(MessageFilter()).map(\.id.rawValue).reversed()
    }

    @Test("has every earlier commit and only whole ones, while the owner goes on")
    func inUse() async throws {
        let store = try SQLiteStore(path: folder.file())
        for number in 1...200 { try append(store, Int64(number)) }
        let last = Mutex<Int64>(200)
        let isDone = Mutex(false)
        async let writing: Void = onThread {
            while !isDone.withLock({ $0 }) {
                let next = last.withLock { $0 } + 1
                try append(store, next)
                last.withLock { $0 = next }
            }
        }
        for round in 0..<5 {
            let target = folder.file("copy\(round).db")
            let before = last.withLock { $0 }
            let report = try StoreBackup.make(of: folder.file(), to: target)
            #expect(report.lastPosition >= before)
            let other = try SQLiteStore(path: target)
            #expect(try other.makeReader().position(of: "a")?.position == report.lastPosition)
            #expect(try other.integrityCheck() == [])
            try other.close()
        }
        isDone.withLock { $0 = true }
        try await writing
        try store.close()
    }

    @Test("includes the commits that a killed owner had not written back")
    func leftBehind() throws {
        let store = try SQLiteStore(path: folder.file())
        try append(store, 1)
        let other = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: other.file() + suffix)
        }
        #expect(try StoreBackup.make(of: other.file(), to: copy).lastPosition == 1)
        #expect(try ids(copy) == ["1"])
        try store.close()
    }

    @Test("is one file, and makes no file beside a store at rest")
    func atRest() throws {
        let store = try SQLiteStore(path: folder.file())
        try append(store, 1)
        try store.close()
        let names = try folder.names()
        let report = try backUp()
        #expect(report.lastPosition == 1 && report.openInstances == 0 && report.path == copy)
        #expect(try folder.names() == (names + ["copy.db"]).sorted())
    }

    @Test("overwrites nothing", arguments: ["", "-wal", "-journal"])
    func exists(suffix: String) throws {
        try SQLiteStore(path: folder.file()).close()
        try Data("a letter".utf8).write(to: URL(fileURLWithPath: copy + suffix))
        let error = #expect(throws: StoreError.self) { try backUp() }
        #expect(error?.code == .exists)
        #expect(folder.text("copy.db" + suffix) == "a letter")
    }

    @Test("of a damaged store is refused, and leaves nothing behind")
    func damaged() throws {
        let store = try SQLiteStore(path: folder.file())
        for number in 1...200 { try append(store, Int64(number)) }
        try store.close()
        try Damage.scatter(in: folder.file())
        let names = try folder.names()
        let error = #expect(throws: StoreError.self) { try backUp() }
        #expect(error?.code == .corrupt)
        #expect(try folder.names() == names)
    }

    @Test("of a store whose damage only a whole reading finds names the store, and no file of its own")
    func deeplyDamaged() throws {
        let store = try SQLiteStore(path: folder.file())
        for number in 1...2000 { try append(store, Int64(number)) }
        try store.close()
        try Damage.overwrite(2, pagesBeforeTheEndOf: folder.file())
        let place = folder.file("new.db")
        let attempts: [() throws -> Void] = [
            { _ = try backUp() },
            { _ = try StoreRestore(from: folder.file(), to: place).carryOut(at: SystemClock().now) },
        ]
        for attempt in attempts {
            let error = #expect(throws: StoreError.self) { try attempt() }
            #expect(error?.code == .corrupt)
            let text = error?.message ?? ""
            #expect(text.hasPrefix("\(folder.file()) is damaged, and so is every copy of it: "), "\(text)")
            #expect(!text.contains(".part") && !text.contains("\n"), "\(text)")
        }
    }

    @Test("needs a name")
    func noName() throws {
        try SQLiteStore(path: folder.file()).close()
        let error = #expect(throws: StoreError.self) { try StoreBackup.make(of: folder.file(), to: "") }
        #expect(error?.message.contains("name the file to be made") == true)
    }

    @Test("goes through a link to where it leads, also where nothing lies there yet")
    func linkedTarget() throws {
        try SQLiteStore(path: folder.file()).close()
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.db"), withDestinationPath: "copy.db")
        _ = try StoreBackup.make(of: folder.file(), to: folder.file("link.db"))
        #expect(try folder.names().contains("copy.db"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.db")) == "copy.db")
    }

    @Test(
        "cannot be made where there is no folder or no room",
        arguments: [("no/copy.db", "notFound"), ("/proc/copy.db", "")])
    func noPlace(name: String, code: String) throws {
        try SQLiteStore(path: folder.file()).close()
        let target = name.hasPrefix("/") ? name : folder.file(name)
        let error = #expect(throws: StoreError.self) { try StoreBackup.make(of: folder.file(), to: target) }
        #expect(code.isEmpty || error?.code.description == code)
        #expect(error?.message.contains("cannot be written") == true)
    }

    @Suite("restored over a store")
    struct Restoring {
        let folder: TemporaryFolder
        private var copy: String { folder.file("copy.db") }
        private var outer: StoreBackupTests

        init() throws {
            outer = try StoreBackupTests()
            folder = outer.folder
            let store = try SQLiteStore(path: folder.file())
            for number in 1...3 { try outer.append(store, Int64(number)) }
            _ = try outer.backUp()
            for number in 4...9 { try outer.append(store, Int64(number)) }
            try store.close()
        }

        private func restore() throws -> RestoreReport {
            try StoreRestore(from: copy, to: folder.file()).carryOut(at: SystemClock().now)
        }

        @Test("says what is repeated and forgotten, and keeps the file that was there")
        func sound() throws {
            let dry = try StoreRestore(from: copy, to: folder.file()).compare()
            #expect(try outer.ids(folder.file()).count == 9)
            let report = try restore()
            #expect(report.loss == dry.loss && dry.kept == nil)
            #expect(report.loss?.messages == 6)
            #expect(report.loss?.returns == [RestoreReport.Return(subscription: "a", from: 9, to: 3)])
            #expect(report.backup.lastPosition == 3)
            #expect(try outer.ids(folder.file()) == ["1", "2", "3"])
            let kept = try #require(report.kept)
            #expect(try outer.ids(kept).count == 9)
            // What was kept can be put back, and is no second name of anything.
            let back = try StoreRestore(from: kept, to: folder.file()).carryOut(at: SystemClock().now)
            #expect(back.loss?.messages == 0 && back.loss?.returns.isEmpty == true)
            let store = try SQLiteStore(path: folder.file())
            #expect(try store.makeReader().highWater().position == 9)
            #expect(try store.integrityCheck() == [])
            try store.close()
        }

        @Test("keeps the newest commits of a killed owner with the replaced file")
        func leftBehind() throws {
            let store = try SQLiteStore(path: folder.file())
            try outer.append(store, 10)
            let other = try TemporaryFolder()
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: other.file() + suffix)
            }
            try store.close()
            let report = try StoreRestore(from: copy, to: other.file()).carryOut(at: SystemClock().now)
            #expect(report.loss?.messages == 7)
            #expect(try outer.ids(try #require(report.kept)).count == 10)
            #expect(try outer.ids(other.file()) == ["1", "2", "3"])
        }

        @Test("replaces a damaged file, and says that nothing can be compared")
        func damaged() throws {
            try Damage.scatter(in: folder.file())
            try Data("not a log".utf8).write(to: URL(fileURLWithPath: folder.file("shop.db-wal")))
            let report = try restore()
            #expect(report.loss == nil && report.unknown?.contains("cannot be read") == true)
            #expect(try outer.ids(folder.file()) == ["1", "2", "3"])
            let kept = try #require(report.kept)
            #expect(FileManager.default.fileExists(atPath: kept))
            #expect(FileManager.default.contents(atPath: kept + "-wal") == Data("not a log".utf8))
        }

        @Test("changes nothing, and leaves the log beside its file, when the replaced file cannot be kept")
        func unkept() throws {
            try Damage.scatter(in: folder.file())
            try Data("not a log".utf8).write(to: URL(fileURLWithPath: folder.file("shop.db-wal")))
            let now = SystemClock().now
            let stamp = "\(now)".filter { $0.isNumber || $0 == "T" }
            try Data().write(to: URL(fileURLWithPath: folder.file("shop.db.before-restore-\(stamp)")))
            let error = #expect(throws: StoreError.self) {
                try StoreRestore(from: copy, to: folder.file()).carryOut(at: now)
            }
            #expect(error?.code == .exists)
            #expect(try folder.names().filter { $0.contains("before-restore") }.count == 1)
            let log = FileManager.default.contents(atPath: folder.file("shop.db-wal"))
            #expect(log == Data("not a log".utf8))
        }

        @Test("makes a store where there is none, and moves a leftover log away")
        func nothing() throws {
            try FileManager.default.removeItem(atPath: folder.file())
            try Data("an old log".utf8).write(to: URL(fileURLWithPath: folder.file("shop.db-wal")))
            let report = try restore()
            #expect(report.kept == nil && report.unknown?.contains("there is nothing at") == true)
            #expect(try outer.ids(folder.file()) == ["1", "2", "3"])
            #expect(try folder.names().contains { $0.hasSuffix("-wal") && $0.contains("before-restore") })
        }

        @Test("is not compared with another store")
        func otherStore() throws {
            let store = try SQLiteStore(path: folder.file("other.db"))
            _ = try store.commit(
                CommitBatch(units: [CommitUnit(appends: ["x", "y", "z"].map { Outgoing(envelope($0)) })]))
            try store.close()
            let report = try StoreRestore(from: copy, to: folder.file("other.db")).compare()
            #expect(report.loss == nil && report.unknown?.contains("not of this store") == true)
        }

        /// Where nothing is to be put, and what is said of it.
        private static let refused: [(String, StoreError.Code, String)] = [
            ("folder", .notAStore, "is no file"), ("copy.db", .exists, "is the backup itself"),
            ("link.db", .exists, "is the backup itself"),
            ("letters.db", .notAStore, "is a SQLite database of another application"),
            ("no/shop.db", .notFound, "does not exist; create it first"),
        ]

        @Test("is refused at a place that no store can be meant for, and makes nothing there")
        func noPlace() throws {
            try FileManager.default.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder.file("link.db"), withDestinationPath: "copy.db")
            let letters = try DatabaseQueue(path: folder.file("letters.db"))
            try letters.write { try $0.execute(sql: "CREATE TABLE letter (text TEXT)") }
            try letters.close()
            let names = try folder.names()
            for (name, code, text) in Self.refused {
                let restore = StoreRestore(from: copy, to: folder.file(name))
                for attempt in [restore.compare, { try restore.carryOut(at: SystemClock().now) }] {
                    let error = #expect(throws: StoreError.self, "\(name)") { try attempt() }
                    #expect(error?.code == code && error?.message.contains(text) == true, "\(name): \(error as Any)")
                }
            }
            #expect(try folder.names() == names)
        }

        @Test("is refused, and changes nothing, while a process has the store open")
        func owned() throws {
            let store = try SQLiteStore(path: folder.file())
            let names = try folder.names()
            let error = #expect(throws: StoreError.self) { try restore() }
            #expect(error?.code == .owned)
            #expect(try folder.names() == names)
            try outer.append(store, 10)
            try store.close()
        }
    }
}

/// What a disk does to a file.
enum Damage {
    /// Overwrites some pages in the middle, which hold rows and no tables of contents.
    static func overwrite(_ count: Int, pagesBeforeTheEndOf path: String) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let pages = try handle.seekToEnd() / 4096
        try handle.seek(toOffset: (pages / 2) * 4096)
        try handle.write(contentsOf: Data(repeating: 0xFF, count: count * 4096))
        try handle.close()
    }

    /// Overwrites the beginning of every page but the first.
    static func scatter(in path: String) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = try handle.seekToEnd()
        for page in stride(from: UInt64(4096), to: size, by: 4096) {
            try handle.seek(toOffset: page)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 512))
        }
        try handle.close()
    }
}
