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
        for (number, next) in [(1, Timestamp.epoch.advanced(by: .hours(1))), (2, nil)] as [(Int64, Timestamp?)] {
            let (instance, id) = (InstanceID(rawValue: number), IncidentID(rawValue: number))
            let other = IncidentID(rawValue: number + 2)
            writes.append(
                .putParked(
                    ParkedRow(
                        subscription: "s", key: "k\(id)", position: number, state: next == nil ? .incident : .retrying,
                        attempts: 9, nextAt: next, at: .epoch, failingSince: .epoch, incident: id)))
            writes.append(
                .putActivity(
                    ActivityRow(
                        instance: instance, seq: 1, component: "payment", name: "charge", idempotencyKey: "\(id)",
                        attempt: 9,
                        nextAt: next, scheduledAt: .epoch, failingSince: .epoch, incident: other)))
            var incident = IncidentRow(
                id: id, component: "payment", kind: "handler", subscription: "s", key: "k\(id)", position: number,
                cause: "h", error: "down", at: .epoch, failingSince: .epoch, nextAttempt: next)
            writes.append(.putIncident(incident))
            (incident.id, incident.kind, incident.instance, incident.seq) = (other, "activity", instance, 1)
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
