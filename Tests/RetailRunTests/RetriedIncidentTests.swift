import SkeinStorage
import ChildPrograms
import SkeinCore
import SkeinSQLite
import Testing

@testable import RetailRun

@Suite("An incident that the runtime still tries to resolve")
struct RetriedIncidentTests {
    private let folder: TemporaryFolder
    private let store: SQLiteStore

    /// A handler and an activity that are being retried while the outside world is down, and one of each that is not.
    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStore(path: folder.file())
        _ = try ShopTables.prepare(store)
        var writes: [StoreWrite] = []
        for (id, next) in [(1, Timestamp.epoch.advanced(by: .hours(1))), (2, nil)] as [(Int64, Timestamp?)] {
            writes.append(
                .putParked(
                    ParkedRow(
                        subscription: "s", key: "k\(id)", position: id, state: next == nil ? .incident : .retrying,
                        attempts: 9, nextAt: next, at: .epoch, failingSince: .epoch, incident: id)))
            writes.append(
                .putActivity(
                    ActivityRow(
                        instance: id, seq: 1, component: "payment", name: "charge", idempotencyKey: "\(id)", attempt: 9,
                        nextAt: next, scheduledAt: .epoch, failingSince: .epoch, incident: id + 2)))
            var incident = IncidentRow(
                id: id, component: "payment", kind: "handler", subscription: "s", key: "k\(id)", position: id,
                cause: "h", error: "down", at: .epoch, failingSince: .epoch, nextAttempt: next)
            writes.append(.putIncident(incident))
            (incident.id, incident.kind, incident.instance, incident.seq) = (id + 2, "activity", id, 1)
            (incident.subscription, incident.key, incident.position) = (nil, nil, nil)
            writes.append(.putIncident(incident))
        }
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: writes)]))
    }

    @Test("does not make a run wait for a person")
    func run() throws {
        #expect(try RunWatch.needingPerson(store.makeReader()) == 2)
    }

    @Test("is no finding of an audit")
    func audit() throws {
        try store.close()
        let facts = try StoreFacts.read(folder.file())
        #expect(facts.incidents.map { $0.prefix(10) } == ["incident 2", "incident 4"])
    }
}
