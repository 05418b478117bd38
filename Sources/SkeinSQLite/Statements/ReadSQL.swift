import SkeinStorage
import SkeinCore

/// Every query of a reader. Each is bounded and served by an index; a test holds the query plans against that.
package enum ReadSQL: Int, StatementSet {
    case highWater, removedIDs, recordsAfter, recordAt, recordByID, position, inboxContains
    case instance, instanceByKey, instancesByStatus, journal, journalEnd
    case waits, waitsOfInstance, nextWaitType, timers, timersOfInstance, scheduledActivities, activitiesOfInstance
    case firstActivitySystem, nextActivitySystem
    case mailbox, mailboxOfInstance, parked, parkedOfSubscription, parkedHead, parkedHeadFrom, parkedHeadOfKey,
        parkedDue
    case buffered, expiredBuffered
    case incident, openIncidents, incidentsOfCause, incidentsOfInstance, incidentsOfMessage
    case definitions, catalogue, endedInstances, suspendedSystems
    case trimmed, placeHold, parkedHold, bufferedHold, mailboxHold, incidentHold, trimCandidates, newestPosition
    case oldestInbox, remembersTrimmed
    case catalogues, channels, sourcePlaces

    package static let texts = allCases.map(\.text)

    private var text: String {
        switch self {
        case .highWater:
            return "SELECT (SELECT max(id) FROM instance), (SELECT max(id) FROM incident), "
                + "(SELECT max(seq) FROM mailbox), (SELECT max(position) FROM event)"
        case .removedIDs: return "SELECT name, value FROM meta"
        case .recordsAfter: return Self.events + "WHERE position > ? ORDER BY position LIMIT ?"
        case .recordAt: return Self.events + "WHERE position = ?"
        case .recordByID: return Self.events + "WHERE id = ?"
        case .position:
            return "SELECT position, completed, version FROM position "
                + "WHERE subscription = ? AND topic = '*' AND partition = 0"
        case .inboxContains: return "SELECT 1 FROM inbox WHERE subscription = ? AND message = ?"
        case .instance: return Self.select(Columns.instance, "instance") + "WHERE id = ?"
        case .instanceByKey:
            return Self.select(Columns.instance, "instance") + "WHERE component = ? AND process = ? AND key = ?"
        case .instancesByStatus:
            return Self.select(Columns.instance, "instance INDEXED BY instance_status")
                + "WHERE component = ? AND status = ? AND id > ? ORDER BY id LIMIT ?"
        case .journal:
            return Self.select(Columns.journal, "journal") + "WHERE instance = ? AND seq > ? ORDER BY seq LIMIT ?"
        case .journalEnd: return "SELECT max(seq) FROM journal WHERE instance = ?"
        case .waits:
            return Self.select(Columns.wait, "wait")
                + "WHERE component = ? AND type = ? AND correlation_key = ? AND (instance, seq) > (?, ?) AND after < ? "
                + "ORDER BY instance, seq LIMIT ?"
        case .waitsOfInstance:
            return Self.select(Columns.wait, "wait")
                + "WHERE instance = ? ORDER BY seq, component, type, correlation_key"
        case .nextWaitType:
            return "SELECT type FROM wait WHERE component = ? AND type > ? ORDER BY type LIMIT 1"
        case .timers:
            return Self.select(Columns.timer, "timer")
                + "WHERE component = ? AND (due, instance, seq) > (?, ?, ?) AND due <= ? "
                + "ORDER BY due, instance, seq LIMIT ?"
        case .timersOfInstance: return Self.select(Columns.timer, "timer") + "WHERE instance = ? ORDER BY due, seq"
        case .scheduledActivities:
            return Self.select(Columns.activity, "activity INDEXED BY activity_due")
                + "WHERE component = ? AND system = ? AND next_at IS NOT NULL AND (next_at, instance, seq) > (?, ?, ?) "
                + "ORDER BY next_at, instance, seq LIMIT ?"
        case .firstActivitySystem, .nextActivitySystem:
            let comparison = self == .firstActivitySystem ? ">=" : ">"
            return "SELECT system FROM activity INDEXED BY activity_due "
                + "WHERE component = ? AND next_at IS NOT NULL AND system \(comparison) ? ORDER BY system LIMIT 1"
        case .activitiesOfInstance:
            return Self.select(Columns.activity, "activity") + "WHERE instance = ? ORDER BY seq"
        case .mailbox:
            return Self.select(Columns.mailbox, "mailbox INDEXED BY mailbox_component")
                + "WHERE component = ? AND seq > ? ORDER BY seq LIMIT ?"
        case .mailboxOfInstance:
            return Self.select(Columns.mailbox, "mailbox INDEXED BY mailbox_instance")
                + "WHERE instance = ? AND seq > ? ORDER BY seq LIMIT ?"
        case .parked:
            return Self.select(Columns.parked, "parked")
                + "WHERE subscription = ? AND key = ? AND position > ? ORDER BY position LIMIT ?"
        case .parkedOfSubscription:
            return Self.select(Columns.parked, "parked")
                + "WHERE subscription = ? AND (key, position) > (?, ?) ORDER BY key, position LIMIT ?"
        case .parkedHead, .parkedHeadFrom:
            let comparison = self == .parkedHead ? ">" : ">="
            return Self.select(Columns.parked, "parked INDEXED BY parked_held")
                + "WHERE subscription = ? AND key \(comparison) ? AND state <> 'deadLetter' "
                + "ORDER BY key, position LIMIT 1"
        case .parkedHeadOfKey:
            return Self.select(Columns.parked, "parked INDEXED BY parked_held")
                + "WHERE subscription = ? AND key = ? AND position > ? AND state <> 'deadLetter' "
                + "ORDER BY position LIMIT 1"
        case .parkedDue:
            return Self.select(Columns.parked, "parked INDEXED BY parked_due")
                + "WHERE subscription = ? AND next_at IS NOT NULL AND (next_at, key) > (?, ?) "
                + "ORDER BY next_at, key, position LIMIT ?"
        case .buffered:
            return Self.select(Columns.buffered, "buffered")
                + "WHERE component = ? AND process = ? AND type = ? AND correlation_key = ? AND position > ? "
                + "AND expires > ? ORDER BY position LIMIT ?"
        case .expiredBuffered:
            return Self.select(Columns.buffered, "buffered INDEXED BY buffered_expires")
                + "WHERE component = ? AND expires <= ? "
                + "ORDER BY expires, process, type, correlation_key, position LIMIT ?"
        case .incident: return Self.select(Columns.incident, "incident") + "WHERE id = ?"
        case .openIncidents:
            return Self.select(Columns.incident, "incident INDEXED BY incident_open")
                + "WHERE resolved_at IS NULL AND id > ? ORDER BY id LIMIT ?"
        case .incidentsOfCause:
            return Self.select(Columns.incident, "incident INDEXED BY incident_cause")
                + "WHERE resolved_at IS NULL AND cause = ? AND id > ? ORDER BY id LIMIT ?"
        case .incidentsOfInstance:
            return Self.select(Columns.incident, "incident INDEXED BY incident_instance")
                + "WHERE resolved_at IS NULL AND instance = ? ORDER BY id"
        case .incidentsOfMessage:
            return Self.select(Columns.incident, "incident INDEXED BY incident_message")
                + "WHERE resolved_at IS NULL AND position = ? AND subscription = ? AND key = ? ORDER BY id"
        case .definitions:
            return Self.select(Columns.definition, "definition") + "ORDER BY component, process, version"
        case .endedInstances:
            return "SELECT id FROM instance INDEXED BY instance_ended "
                + "WHERE component = ? AND ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at LIMIT ?"
        case .suspendedSystems: return "SELECT system FROM held ORDER BY system"
        case .catalogue: return "SELECT description FROM catalogue WHERE component = ?"
        case .trimmed: return "SELECT value FROM meta WHERE name = 'trimmed'"
        case .placeHold: return "SELECT min(position) + 1, subscription FROM position"
        case .parkedHold:
            return "SELECT position, subscription, key FROM parked INDEXED BY parked_position "
                + "WHERE position >= 0 ORDER BY position LIMIT 1"
        case .bufferedHold:
            return "SELECT position, component, process FROM buffered INDEXED BY buffered_position "
                + "WHERE position >= 0 ORDER BY position LIMIT 1"
        case .mailboxHold:
            return "SELECT position, instance FROM mailbox INDEXED BY mailbox_position "
                + "WHERE position >= 0 ORDER BY position LIMIT 1"
        case .incidentHold:
            return "SELECT position, id FROM incident INDEXED BY incident_message "
                + "WHERE resolved_at IS NULL AND position >= 0 ORDER BY position LIMIT 1"
        case .trimCandidates:
            return "SELECT position, time FROM event WHERE position <= ? AND position < ? ORDER BY position LIMIT ?"
        case .newestPosition: return "SELECT max(position) FROM event"
        case .oldestInbox: return "SELECT min(at) FROM inbox"
        case .remembersTrimmed:
            return "SELECT 1 FROM inbox WHERE subscription = '\(LogTrim.subscription)' LIMIT 1"
        case .catalogues:
            return "SELECT component, description FROM catalogue WHERE component > ? ORDER BY component LIMIT ?"
        case .channels: return Self.select(Columns.channel, "channel") + "ORDER BY name"
        case .sourcePlaces:
            return Self.select(Columns.sourcePlace, "source_place") + "WHERE channel = ? ORDER BY topic, partition"
        }
    }

    private static let events = select(Columns.event, "event")

    private static func select(_ columns: [String], _ table: String) -> String {
        "SELECT \(columns.joined(separator: ", ")) FROM \(table) "
    }
}
