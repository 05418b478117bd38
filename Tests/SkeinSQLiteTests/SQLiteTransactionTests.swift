import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import Synchronization
import Testing

@Suite("A user's own changes")
struct SQLiteTransactionTests {
    struct Planned: Error {}

    /// A clock that each reading moves on by a millisecond, so that many readings take long.
    private final class LookedAtClock: Sendable {
        private let time = Mutex(ContinuousClock.now)

        func look() -> ContinuousClock.Instant { pass(.milliseconds(1)) }

        @discardableResult
        func pass(_ duration: Duration) -> ContinuousClock.Instant {
            time.withLock { time in
                time = time.advanced(by: duration)
                return time
            }
        }
    }

    let folder: TemporaryFolder
    let store: SQLiteStore
    private let clock = LookedAtClock()

    init() throws {
        folder = try TemporaryFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.enlistmentTimeLimit = .milliseconds(200)
        configuration.now = { [clock] in clock.look() }
        store = try SQLiteStore(path: folder.file(), configuration: configuration)
        try store.database.write { db in
            try db.execute(sql: "CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
            try db.execute(
                sql: """
                    CREATE TABLE booking(account INTEGER NOT NULL
                        REFERENCES account(id) DEFERRABLE INITIALLY DEFERRED)
                    """)
        }
    }

    private func commit(_ bodies: [@Sendable (Database) throws -> Void]) throws -> [UnitOutcome] {
        let units = bodies.enumerated().map { index, body in
            CommitUnit(appends: [Outgoing(envelope("unit-\(index)"))], enlistments: [SQLiteEnlistment(body)])
        }
        return try store.commit(CommitBatch(units: units))
    }

    private func failures(_ outcomes: [UnitOutcome]) -> [Int] {
        outcomes.enumerated().compactMap { index, outcome in
            if case .failed = outcome { index } else { nil }
        }
    }

    private var ids: [String] {
        get throws { try store.makeReader().records(after: 0, limit: 99).map(\.envelope.id.rawValue) }
    }

    private var accounts: [Int] {
        get throws { try store.database.read { try Int.fetchAll($0, sql: "SELECT id FROM account ORDER BY id") } }
    }

    private static func insert(_ id: Int) -> @Sendable (Database) throws -> Void {
        { try $0.execute(sql: "INSERT INTO account VALUES (?, 0)", arguments: [id]) }
    }

    @Test("commit with their unit, and roll back with it alone")
    func joined() throws {
        let outcomes = try commit([
            Self.insert(1),
            { db in
                try Self.insert(2)(db)
                throw Planned()
            }, Self.insert(3), Self.insert(3),
        ])
        #expect(failures(outcomes) == [1, 3])
        #expect(try accounts == [1, 3])
        #expect(try ids == ["unit-0", "unit-2"])
    }

    @Test("that violate a deferred foreign key fail before they can fail the commit")
    func deferredKey() throws {
        let outcomes = try commit([
            Self.insert(1), { try $0.execute(sql: "INSERT INTO booking VALUES (77)") }, Self.insert(2),
            { db in
                try db.execute(sql: "INSERT INTO booking VALUES (5)")
                try Self.insert(5)(db)
            },
        ])
        #expect(failures(outcomes) == [1])
        #expect(try accounts == [1, 2, 5])
    }

    @Test("that run too long are stopped, reading or writing, and the others commit")
    func tooLong() throws {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        let runs = Mutex(0)
        let outcomes = try commit([
            { db in
                runs.withLock { $0 += 1 }
                try Self.insert(1)(db)
            },
            { _ = try Int.fetchOne($0, sql: "\(endless) SELECT max(i) FROM n") },
            { try $0.execute(sql: "INSERT INTO account \(endless) SELECT -i, 0 FROM n") },
            { db in
                try? db.execute(sql: "INSERT INTO account \(endless) SELECT -i, 0 FROM n")
                try? Self.insert(9)(db)
            },
            Self.insert(2),
            { [clock] _ in clock.pass(.seconds(1)) },
        ])
        #expect(failures(outcomes) == [1, 2, 3, 5])
        for case .failed(let error) in outcomes { #expect("\(error)".contains("enlistmentTimeLimit")) }
        #expect(try accounts == [1, 2])
        #expect(try ids == ["unit-0", "unit-4"])
        #expect(try store.makeReader().highWater().position == 2)
        #expect(runs.withLock { $0 } > 1)
    }

    @Test("may publish, and what a savepoint of theirs takes back is not published")
    func savepoints() throws {
        let outcomes = try commit([
            { [store] db in
                try store.append([Outgoing(envelope("a"))], in: db)
                try db.inSavepoint {
                    try store.append([Outgoing(envelope("b"))], in: db)
                    return .rollback
                }
                try store.append([Outgoing(envelope("c"))], in: db)
            }
        ])
        guard case .committed(let records) = outcomes[0] else {
            Issue.record("the unit has failed")
            return
        }
        #expect(records.map(\.envelope.id.rawValue) == ["unit-0", "a", "c"])
        #expect(try ids == ["unit-0", "a", "c"])
    }

    @Test("in a transaction of their own publish what is committed, and no more")
    func ownTransaction() throws {
        let reported = Mutex<[String]>([])
        store.observeAppends { records in
            reported.withLock { $0 += records.map { "\($0.position) \($0.envelope.id)" } }
        }
        try store.database.write { [store] db in
            try store.append([Outgoing(envelope("a"))], in: db)
            try db.inSavepoint {
                try store.append([Outgoing(envelope("b"))], in: db)
                return .rollback
            }
            try Self.insert(1)(db)
            #expect(reported.withLock { $0 } == [])
        }
        #expect(reported.withLock { $0 } == ["1 a"])
        _ = try commit([{ _ in }])
        #expect(try ids == ["a", "unit-0"])
    }

    @Test("of many threads are reported in the order of their positions")
    func threads() async throws {
        let reported = Mutex<[Int64]>([])
        store.observeAppends { records in reported.withLock { $0 += records.map(\.position) } }
        await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask { [store] in
                    for number in 0..<25 {
                        let messages = (0...number % 3).map { Outgoing(envelope("\(thread)-\(number)-\($0)")) }
                        try await store.database.write { db in _ = try store.append(messages, in: db) }
                    }
                }
            }
        }
        let log = try store.makeReader().records(after: 0, limit: 1000).map(\.position)
        #expect(reported.withLock { $0 } == log)
        let perThread = (0..<25).map { $0 % 3 + 1 }.reduce(0, +)
        #expect(log.count == 8 * perThread)
    }

    @Test("can publish only in a transaction of the store's own writer")
    func wrongDatabase() throws {
        #expect(throws: StoreError.self) {
            try store.database.writeWithoutTransaction { [store] db in _ = try store.append([], in: db) }
        }
        let other = try DatabaseQueue()
        #expect(throws: StoreError.self) { try other.write { [store] db in _ = try store.append([], in: db) } }
        #expect(throws: StoreError.self) {
            try store.database.read { [store] db in _ = try store.append([], in: db) }
        }
    }

    @Test("that end the commit's transaction fail")
    func endsTransaction() throws {
        let outcomes = try commit([Self.insert(1), { try $0.execute(sql: "ROLLBACK") }, Self.insert(2)])
        #expect(failures(outcomes) == [1])
        #expect(try accounts == [1, 2])
    }

    @Test("that find the disk full fail the whole commit, which then can be made again")
    func diskFull() throws {
        let pages = try store.database.write { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages + 20)") }
        let large = (0..<200).map { Outgoing(envelope("\($0)", subject: String(repeating: "s", count: 2000))) }
        let plain = CommitBatch(units: [
            CommitUnit(appends: [Outgoing(envelope("first"))]), CommitUnit(appends: large),
        ])
        #expect(throws: StoreError.self) { try store.commit(plain) }
        let joined = SQLiteEnlistment { [store] db in try store.append(large, in: db) }
        let batch = CommitBatch(units: [
            CommitUnit(appends: [Outgoing(envelope("first"))]), CommitUnit(enlistments: [joined]),
        ])
        let error = #expect(throws: StoreError.self) { try store.commit(batch) }
        #expect(error?.code == .full && error?.message.contains("full") == true)
        #expect(try ids == [])
        try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        _ = try store.commit(batch)
        #expect(try store.makeReader().highWater().position == 201)
        #expect(try store.integrityCheck() == [])
    }
}
