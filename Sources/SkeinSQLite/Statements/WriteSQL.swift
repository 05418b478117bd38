import SkeinStorage
import SkeinCore

/// Everything that the writer does to the tables.
enum WriteSQL: Int, StatementSet {
    case insertEvent, eventExists, selectOutbox, deleteOutbox, rejectOutbox, putMeta, putPosition
    case putInstance, appendJournal, truncateJournal, putWait, removeWait, putTimer, removeTimer
    case putActivity, removeActivity, putMailbox, removeMailbox, putIncident, updateIncident, resolveIncident,
        putParked, removeParked
    case putBuffered, removeBuffered, putInbox, trimInbox, rememberTrimmed, rememberSources, trimLog, putTrimmed,
        putDefinition, putCatalogue
    case removeInstance, removeJournal, removeIncidents, suspendSystem, resumeSystem
    case putSourcePlace, removeSourcePlaces, putChannel, removeChannel, removePosition

    static let texts = allCases.map(\.text)

    private var text: String {
        switch self {
        case .insertEvent:
            return Self.insert("event", ["topic", "partition"] + Columns.event) + " ON CONFLICT(id) DO NOTHING"
        case .eventExists: return "SELECT 1 FROM event WHERE position = ?"
        case .selectOutbox:
            return "SELECT seq, \(Columns.envelope.joined(separator: ", ")) FROM outbox "
                + "WHERE error IS NULL ORDER BY seq LIMIT ?"
        case .deleteOutbox: return "DELETE FROM outbox WHERE seq = ?"
        case .rejectOutbox: return "UPDATE outbox SET error = ? WHERE seq = ?"
        case .putMeta: return Self.put("meta", ["name", "value"], identity: 1)
        case .putPosition:
            return "INSERT INTO position(subscription, topic, partition, position, completed, version) "
                + "VALUES (?, '*', 0, ?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, "
                + "completed = excluded.completed, version = excluded.version"
        case .putInstance: return Self.put("instance", Columns.instance, identity: 1)
        case .appendJournal: return Self.insert("journal", Columns.journal)
        case .truncateJournal: return "DELETE FROM journal WHERE instance = ? AND seq <= ?"
        case .putWait: return Self.put("wait", Columns.wait, identity: 5)
        case .removeWait: return Self.remove("wait", Columns.wait.prefix(5))
        case .putTimer: return Self.put("timer", Columns.timer, identity: 4)
        case .removeTimer: return Self.remove("timer", Columns.timer.prefix(4))
        case .putActivity: return Self.put("activity", Columns.activity, identity: 2)
        case .removeActivity: return Self.remove("activity", Columns.activity.prefix(2))
        case .putMailbox: return Self.put("mailbox", Columns.mailbox, identity: 1)
        case .removeMailbox: return Self.remove("mailbox", ["seq"])
        case .putIncident: return Self.put("incident", Columns.incident, identity: 1)
        case .updateIncident:
            return "UPDATE incident SET error = ?, next_attempt = ? WHERE id = ? AND resolved_at IS NULL"
        case .resolveIncident:
            return "UPDATE incident SET resolved_at = ?, resolution = ? WHERE id = ? AND resolved_at IS NULL"
        case .putParked: return Self.put("parked", Columns.parked, identity: 3)
        case .removeParked: return Self.remove("parked", Columns.parked.prefix(3))
        case .putBuffered: return Self.put("buffered", Columns.buffered, identity: 5)
        case .removeBuffered: return Self.remove("buffered", Array(Columns.buffered.prefix(5)))
        case .putInbox: return Self.put("inbox", ["subscription", "message", "at"], identity: 2)
        case .trimInbox:
            return "DELETE FROM inbox WHERE (subscription, message) IN (SELECT subscription, message "
                + "FROM inbox INDEXED BY inbox_at WHERE at < ? ORDER BY at, subscription, message LIMIT ?)"
        case .rememberTrimmed:
            return "INSERT INTO inbox(subscription, message, at) SELECT '\(LogTrim.subscription)', id, ? FROM event "
                + "WHERE position <= ? ON CONFLICT DO UPDATE SET at = excluded.at"
        case .rememberSources:
            return "INSERT INTO inbox(subscription, message, at) "
                + "SELECT '\(LogTrim.sources)', source || char(31) || id, ? FROM event "
                + "WHERE position <= ? AND origin IS NOT NULL AND length(id) <> 36 "
                + "ON CONFLICT DO UPDATE SET at = excluded.at"
        case .trimLog: return "DELETE FROM event WHERE position <= ?"
        case .putTrimmed:
            return
                "INSERT INTO meta(name, value) VALUES ('trimmed', ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        case .putDefinition: return Self.put("definition", Columns.definition, identity: 3)
        case .removeInstance: return Self.remove("instance", ["id"])
        case .removeJournal: return Self.remove("journal", ["instance"])
        case .removeIncidents: return "DELETE FROM incident INDEXED BY incident_of_instance WHERE instance = ?"
        case .suspendSystem: return Self.put("held", ["system", "at"], identity: 1)
        case .resumeSystem: return Self.remove("held", ["system"])
        case .putCatalogue: return Self.put("catalogue", ["component", "description"], identity: 1)
        case .putChannel: return Self.put("channel", Columns.channel, identity: 1)
        case .removeChannel: return Self.remove("channel", ["name"])
        case .removePosition: return Self.remove("position", ["subscription"])
        case .putSourcePlace: return Self.put("source_place", Columns.sourcePlace, identity: 3)
        case .removeSourcePlaces: return Self.remove("source_place", Columns.sourcePlace.prefix(2))
        }
    }

    static func insert(_ table: String, _ columns: [String]) -> String {
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        return "INSERT INTO \(table)(\(columns.joined(separator: ", "))) VALUES (\(marks))"
    }

    /// Inserts, or updates the row with the same identity: the first `identity` columns. Unlike `INSERT OR REPLACE`,
    /// this leaves a conflict on another key an error.
    private static func put(_ table: String, _ columns: [String], identity: Int) -> String {
        let changes = columns.dropFirst(identity).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let target = columns.prefix(identity).joined(separator: ", ")
        return insert(table, columns) + " ON CONFLICT(\(target)) DO UPDATE SET \(changes)"
    }

    private static func remove(_ table: String, _ columns: some Collection<String>) -> String {
        "DELETE FROM \(table) WHERE " + columns.map { "\($0) = ?" }.joined(separator: " AND ")
    }
}
