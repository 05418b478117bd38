import ChildPrograms
import Foundation
import SkeinSQLite
import SkeinStorage
import Synchronization
import Testing

@Suite("Who hears of appended messages")
struct AppendObserverTests {
    @Test("is called as directly after many commits as after the first")
    func depth() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.file())
        let depths = Mutex<[Int]>([])
        store.observeAppends { _ in depths.withLock { $0.append(Thread.callStackReturnAddresses.count) } }
        for number in 0..<30 {
            let unit = CommitUnit(appends: [Outgoing(envelope("\(number)"))])
            _ = try store.commit(CommitBatch(units: [unit]) { _ in [] })
        }
        #expect(Set(depths.withLock { $0 }).count == 1, "\(depths.withLock { $0 })")
    }
}
