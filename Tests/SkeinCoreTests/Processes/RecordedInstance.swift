import SkeinStorage
import Foundation
import SkeinCore

/// An instance as a store holds it: its row, its journal, and what it waits for. Written by an earlier version of the
/// code, read by this one.
struct RecordedInstance: Codable {
    struct Entry: Codable {
        var seq: Int64
        var kind: String
        var body: String
        var at: Int64
    }

    struct Wait: Codable {
        var type: String
        var version: String
        var key: String
        var seq: Int64
        var since: Int64
    }

    struct Timer: Codable {
        var due: Int64
        var seq: Int64
        var purpose: String
    }

    struct Activity: Codable {
        var seq: Int64
        var name: String
        var idempotencyKey: String
        var attempt: Int
        var nextAt: Int64?
        var scheduledAt: Int64
        var lastError: String?
        var failingSince: Int64?
    }

    var process: String
    var key: String
    var seed: Seed
    var correlationID: String
    var stateSeq: Int64
    var startedAt: Int64
    /// What the clock showed when it was recorded.
    var at: Int64
    var journal: [Entry] = []
    var waits: [Wait] = []
    var timers: [Timer] = []
    var activities: [Activity] = []
    /// What the code that wrote it published from then on.
    var published: [String] = []
}

extension RecordedInstance {
    init(named name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recorded")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
    }

    /// The rows, for a store whose log is empty.
    func writes(component: String, instance id: InstanceID) throws -> [StoreWrite] {
        let row = InstanceRow(
            id: id, component: component, process: process, key: key, version: 1, notation: .code, shard: 0,
            seed: seed, stateSeq: stateSeq, correlationID: MessageID(correlationID),
            startedAt: Timestamp(microseconds: startedAt))
        var writes: [StoreWrite] = [.putInstance(row)]
        writes += journal.map {
            .appendJournal(
                JournalRow(
                    instance: id, seq: $0.seq, kind: $0.kind, body: Data($0.body.utf8),
                    at: Timestamp(microseconds: $0.at)))
        }
        writes += try waits.map {
            .putWait(
                WaitRow(
                    component: component, type: try MessageName(validating: $0.type),
                    version: try SchemaVersion(validating: $0.version), key: $0.key, instance: id, seq: $0.seq,
                    process: process, after: 0, since: Timestamp(microseconds: $0.since)))
        }
        writes += timers.map {
            .putTimer(
                TimerRow(
                    due: Timestamp(microseconds: $0.due), instance: id, seq: $0.seq, component: component,
                    purpose: $0.purpose))
        }
        writes += activities.map {
            .putActivity(
                ActivityRow(
                    instance: id, seq: $0.seq, component: component, name: $0.name, idempotencyKey: $0.idempotencyKey,
                    attempt: $0.attempt, nextAt: $0.nextAt.map(Timestamp.init(microseconds:)),
                    scheduledAt: Timestamp(microseconds: $0.scheduledAt), lastError: $0.lastError,
                    failingSince: $0.failingSince.map(Timestamp.init(microseconds:))))
        }
        return writes
    }
}
