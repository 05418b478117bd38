import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import SkeinSQLite
import SkeinStorage
import SkeinTesting
import Testing

@Suite("A disk that is full while a broker delivers")
struct FullDiskDeliveryTests {
    private struct Told: Event {
        static let name: MessageName = "teller.told"
        var number: Int
        var text: String
        var subject: String? { "\(number % 7)" }
    }

    private struct Heard: Event {
        static let name: MessageName = "listener.heard"
        var number: Int
    }

    private static let teller = Component("teller") { Publishes(Told.self) }
    private static let listener = Component("listener") {
        Handle(Told.self) { told, context in try context.publish(Heard(number: told.number)) }
    }

    @Test("ends the process, and what it had not recorded comes when there is room, once and in order of each subject")
    func full() throws {
        let folder = try TemporaryFolder()
        var stores: [String: SQLiteStore] = [:]
        let shop = try SimulatedProcesses(
            broker: MemoryBroker(), of: [[Self.teller], [Self.listener]],
            stores: { name in
                let store = try SQLiteStore(path: folder.file("\(name).db"))
                stores[name] = store
                return store
            })
        let store = try #require(stores["listener"])
        func tell(_ numbers: Range<Int>) throws {
            for number in numbers {
                let text = String(repeating: "x", count: 2000)
                try shop.publish(Told(number: number, text: text), as: "teller")
            }
        }
        func heard() throws -> [Int] { try shop.process(of: "listener").messages(of: Heard.self).map(\.number) }

        try tell(0..<20)
        #expect(try heard().count == 20)
        let pages = try store.database.write { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages + 30)") }
        try tell(20..<200)
        shop.run(for: .minutes(1))
        let failure = try shop.process(of: "listener").runtime.failure as? StoreError
        #expect(failure?.code == .full)
        #expect(try heard().count < 200)

        // A start that finds no room either loses nothing.
        try shop.crash("listener")
        shop.run(for: .minutes(1))
        try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try shop.crash("listener")
        shop.run(for: .minutes(1))
        #expect(try shop.process(of: "listener").runtime.failure == nil)
        #expect(try heard().sorted() == Array(0..<200))
        for subject in 0..<7 {
            #expect(try heard().filter { $0 % 7 == subject } == (0..<200).filter { $0 % 7 == subject })
        }
        #expect(try shop.incidents().isEmpty)
        #expect(try store.integrityCheck() == [])
    }
}
