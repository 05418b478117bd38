package import GRDB

/// The tables, their versions and the mark that tells a store from other SQLite files.
///
/// Names are those of every other dialect. Tables that are only reached by their identity are clustered on it (`WITHOUT
/// ROWID`); partial indexes hold what is runnable, so that what waits or has ended costs the hot paths nothing.
package enum Schema {
    /// `PRAGMA application_id`: "Skei" in ASCII.
    package static let applicationID: Int32 = 0x536B_6569

    /// What each version adds to the one before it; the position in the list plus one is the version (`PRAGMA
    /// user_version`).
    package static let migrations: [[String]] = [
        version1, version2, version3, parkedByDueTime, activitiesByDueTime, references, channels,
    ]

    package static var currentVersion: Int32 { Int32(migrations.count) }

    /// Brings a database to the current version, each version in a transaction of its own, so that a crash leaves a
    /// whole version behind.
    package static func migrate(_ db: Database) throws {
        let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for next in version..<max(version, currentVersion) {
            try db.inTransaction(.immediate) {
                for statement in migrations[Int(next)] { try db.execute(sql: statement) }
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(next + 1)")
                return .commit
            }
        }
    }

    private static let version1 = logTables + instanceTables + otherTables

    /// Finds the open incidents of one cause, one instance and one message without reading those of others.
    private static let version2 = [
        "CREATE INDEX incident_cause ON incident(cause, id) WHERE resolved_at IS NULL",
        "CREATE INDEX incident_instance ON incident(instance, id) WHERE resolved_at IS NULL AND instance IS NOT NULL",
        "CREATE INDEX incident_message ON incident(position, subscription, key, id) "
            + "WHERE resolved_at IS NULL AND position IS NOT NULL",
    ]

    /// Adds since when something fails, and the incident that reports it. Fills them in from what older rows tell.
    private static let version3 = [
        "ALTER TABLE activity ADD COLUMN failing_since INTEGER",
        "ALTER TABLE activity ADD COLUMN incident INTEGER",
        "ALTER TABLE parked ADD COLUMN failing_since INTEGER",
        "ALTER TABLE parked ADD COLUMN incident INTEGER",
        "ALTER TABLE incident ADD COLUMN failing_since INTEGER",
        "ALTER TABLE incident ADD COLUMN next_attempt INTEGER",
        """
        UPDATE activity SET failing_since = scheduled_at, incident = (SELECT max(id) FROM incident
            WHERE resolved_at IS NULL AND kind = 'activity' AND instance = activity.instance AND seq = activity.seq)
        WHERE attempt > 0
        """,
        """
        UPDATE parked SET failing_since = at, incident = (SELECT max(id) FROM incident WHERE resolved_at IS NULL
            AND kind = 'handler' AND position = parked.position AND subscription = parked.subscription
            AND key = parked.key)
        WHERE attempts > 0 AND state <> 'deadLetter'
        """,
    ]

    /// Finds the parked messages that are due next. The lowest one of a key says when that is, unless it waits for an
    /// operator; those that earlier versions gave no time, because they were due at once, get one.
    private static let parkedByDueTime = [
        """
        UPDATE parked SET next_at = at WHERE next_at IS NULL AND state IN ('behind', 'skipped') AND NOT EXISTS (
            SELECT 1 FROM parked AS lower WHERE lower.subscription = parked.subscription AND lower.key = parked.key
                AND lower.position < parked.position AND lower.state <> 'deadLetter')
        """,
        "CREATE INDEX parked_due ON parked(subscription, next_at, key, position) WHERE next_at IS NOT NULL",
    ]

    /// Finds the activities towards each outside system whose next attempts are due next. Rows of earlier versions do
    /// not name their system; they get it when their time comes.
    private static let activitiesByDueTime = [
        "ALTER TABLE activity ADD COLUMN system TEXT NOT NULL DEFAULT ''",
        "DROP INDEX activity_scheduled",
        "CREATE INDEX activity_due ON activity(component, system, next_at, instance, seq) WHERE next_at IS NOT NULL",
    ]

    /// Adds the message that a mailbox row refers to, and finds the lowest message that something refers to, up to
    /// which the log can be trimmed. Also finds all incidents of an instance, which go with it.
    private static let references = [
        "ALTER TABLE mailbox ADD COLUMN position INTEGER",
        """
        UPDATE mailbox SET position = nullif(json_extract(CAST(input AS TEXT), '$.position'), 0)
        WHERE json_valid(CAST(input AS TEXT))
            AND json_extract(CAST(input AS TEXT), '$.kind') IN ('start', 'message')
        """,
        "CREATE INDEX mailbox_position ON mailbox(position) WHERE position IS NOT NULL",
        "CREATE INDEX parked_position ON parked(position)",
        "CREATE INDEX buffered_position ON buffered(position)",
        "CREATE INDEX incident_of_instance ON incident(instance) WHERE instance IS NOT NULL",
    ]

    /// Adds what channels keep: where a message comes from that another process has sent, and how far what others send
    /// has been taken in, and how each channel stands.
    private static let channels = [
        "ALTER TABLE event ADD COLUMN origin TEXT",
        """
        CREATE TABLE source_place(
            channel TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
            PRIMARY KEY (channel, topic, partition)) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE channel(name TEXT PRIMARY KEY, description BLOB NOT NULL) STRICT, WITHOUT ROWID",
    ]

    /// Gives a reader the tables and columns of this version in a store of an earlier version, which it must not
    /// change.
    package static func viewsOfEarlierTables(_ version: Int64) -> [String] {
        func view(_ table: String, with columns: String) -> String {
            "CREATE TEMP VIEW \(table) AS SELECT *, \(columns) FROM main.\(table)"
        }
        func empty(_ table: String, _ columns: [String]) -> String {
            let values = columns.map { "NULL AS \($0)" }.joined(separator: ", ")
            return "CREATE TEMP VIEW \(table) AS SELECT \(values) WHERE 0"
        }
        let failing = "NULL AS failing_since, NULL AS"
        var views: [String] = []
        if version < 3 {
            views.append(view("activity", with: "\(failing) incident, '' AS system"))
            views.append(view("parked", with: "\(failing) incident"))
            views.append(view("incident", with: "\(failing) next_attempt"))
        } else if version < 5 {
            views.append(view("activity", with: "'' AS system"))
        }
        if version < 6 { views.append(view("mailbox", with: "NULL AS position")) }
        if version < 7 {
            views.append(view("event", with: "NULL AS origin"))
            views.append(empty("source_place", Columns.sourcePlace))
            views.append(empty("channel", Columns.channel))
        }
        return views
    }

    private static let logTables = [
        "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        """
        CREATE TABLE event(
            position INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL, audience TEXT NOT NULL, type TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL,
            subject TEXT NOT NULL, time INTEGER NOT NULL, correlation_id TEXT NOT NULL, causation_id TEXT, trace TEXT,
            user TEXT, recipient TEXT, headers TEXT, content_type TEXT NOT NULL, payload BLOB NOT NULL) STRICT
        """,
        """
        CREATE TABLE position(
            subscription TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL,
            completed TEXT NOT NULL, version INTEGER NOT NULL,
            PRIMARY KEY (subscription, topic, partition)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE inbox(
            subscription TEXT NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (subscription, message)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX inbox_at ON inbox(at)",
        """
        CREATE TABLE outbox(
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL CHECK (id <> ''),
            kind TEXT NOT NULL CHECK (kind IN ('event', 'command', 'query', 'document')),
            audience TEXT NOT NULL DEFAULT 'domain', type TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL,
            subject TEXT NOT NULL, time INTEGER NOT NULL, correlation_id TEXT NOT NULL, causation_id TEXT, trace TEXT,
            user TEXT, recipient TEXT, headers TEXT, content_type TEXT NOT NULL, payload BLOB NOT NULL,
            error TEXT) STRICT
        """,
        "CREATE INDEX outbox_unsent ON outbox(seq) WHERE error IS NULL",
    ]

    private static let instanceTables = [
        """
        CREATE TABLE instance(
            id INTEGER PRIMARY KEY, component TEXT NOT NULL, process TEXT NOT NULL, key TEXT NOT NULL,
            version INTEGER NOT NULL, notation TEXT NOT NULL, status TEXT NOT NULL, shard INTEGER NOT NULL,
            seed_high INTEGER NOT NULL, seed_low INTEGER NOT NULL, state BLOB, state_seq INTEGER NOT NULL, result BLOB,
            attributes BLOB, correlation_id TEXT NOT NULL, trace TEXT, user TEXT, started_at INTEGER NOT NULL,
            ended_at INTEGER, UNIQUE (component, process, key)) STRICT
        """,
        "CREATE INDEX instance_status ON instance(component, status)",
        "CREATE INDEX instance_ended ON instance(component, ended_at) WHERE ended_at IS NOT NULL",
        """
        CREATE TABLE journal(
            instance INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL,
            at INTEGER NOT NULL, PRIMARY KEY (instance, seq)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE wait(
            component TEXT NOT NULL, type TEXT NOT NULL, correlation_key TEXT NOT NULL, instance INTEGER NOT NULL,
            seq INTEGER NOT NULL, process TEXT NOT NULL, version TEXT NOT NULL, after INTEGER NOT NULL,
            since INTEGER NOT NULL, PRIMARY KEY (component, type, correlation_key, instance, seq)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX wait_instance ON wait(instance, seq)",
        """
        CREATE TABLE timer(
            component TEXT NOT NULL, due INTEGER NOT NULL, instance INTEGER NOT NULL, seq INTEGER NOT NULL,
            purpose TEXT NOT NULL, PRIMARY KEY (component, due, instance, seq)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX timer_instance ON timer(instance, due, seq)",
        """
        CREATE TABLE activity(
            instance INTEGER NOT NULL, seq INTEGER NOT NULL, component TEXT NOT NULL, name TEXT NOT NULL,
            idempotency_key TEXT NOT NULL, attempt INTEGER NOT NULL, next_at INTEGER, scheduled_at INTEGER NOT NULL,
            last_error TEXT, policy BLOB, epoch INTEGER NOT NULL, PRIMARY KEY (instance, seq)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX activity_scheduled ON activity(component, instance, seq) WHERE next_at IS NOT NULL",
        """
        CREATE TABLE mailbox(
            seq INTEGER PRIMARY KEY, instance INTEGER NOT NULL, component TEXT NOT NULL, input BLOB NOT NULL) STRICT
        """,
        "CREATE INDEX mailbox_component ON mailbox(component)",
        "CREATE INDEX mailbox_instance ON mailbox(instance)",
    ]

    private static let otherTables = [
        """
        CREATE TABLE incident(
            id INTEGER PRIMARY KEY, component TEXT NOT NULL, kind TEXT NOT NULL, instance INTEGER, seq INTEGER,
            subscription TEXT, key TEXT, position INTEGER, cause TEXT NOT NULL, error TEXT NOT NULL,
            at INTEGER NOT NULL, resolved_at INTEGER, resolution TEXT) STRICT
        """,
        "CREATE INDEX incident_open ON incident(id) WHERE resolved_at IS NULL",
        """
        CREATE TABLE parked(
            subscription TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
            attempts INTEGER NOT NULL, next_at INTEGER, error TEXT, payload BLOB, concerns TEXT NOT NULL,
            at INTEGER NOT NULL, PRIMARY KEY (subscription, key, position)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX parked_held ON parked(subscription, key, position) WHERE state <> 'deadLetter'",
        """
        CREATE TABLE buffered(
            component TEXT NOT NULL, process TEXT NOT NULL, type TEXT NOT NULL, correlation_key TEXT NOT NULL,
            position INTEGER NOT NULL, expires INTEGER NOT NULL,
            PRIMARY KEY (component, process, type, correlation_key, position)) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX buffered_expires ON buffered(component, expires)",
        """
        CREATE TABLE definition(
            component TEXT NOT NULL, process TEXT NOT NULL, version INTEGER NOT NULL, notation TEXT NOT NULL,
            at INTEGER NOT NULL, PRIMARY KEY (component, process, version)) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE held(system TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE catalogue(component TEXT PRIMARY KEY, description BLOB NOT NULL) STRICT, WITHOUT ROWID",
    ]
}

/// The columns of each table in the order in which rows are bound and read.
package enum Columns {
    package static let envelope = [
        "id", "kind", "audience", "type", "version", "source", "subject", "time", "correlation_id", "causation_id",
        "trace", "user", "recipient", "headers", "content_type", "payload",
    ]
    package static let event = ["position"] + envelope + ["origin"]
    package static let instance = [
        "id", "component", "process", "key", "version", "notation", "status", "shard", "seed_high", "seed_low", "state",
        "state_seq", "result", "attributes", "correlation_id", "trace", "user", "started_at", "ended_at",
    ]
    package static let journal = ["instance", "seq", "kind", "body", "at"]
    package static let wait = [
        "component", "type", "correlation_key", "instance", "seq", "process", "version", "after", "since",
    ]
    package static let timer = ["component", "due", "instance", "seq", "purpose"]
    package static let activity = [
        "instance", "seq", "component", "name", "idempotency_key", "attempt", "next_at", "scheduled_at", "last_error",
        "policy", "epoch", "failing_since", "incident", "system",
    ]
    package static let mailbox = ["seq", "instance", "component", "input", "position"]
    package static let incident = [
        "id", "component", "kind", "instance", "seq", "subscription", "key", "position", "cause", "error", "at",
        "resolved_at", "resolution", "failing_since", "next_attempt",
    ]
    package static let parked = [
        "subscription", "key", "position", "state", "attempts", "next_at", "error", "payload", "concerns", "at",
        "failing_since", "incident",
    ]
    package static let buffered = ["component", "process", "type", "correlation_key", "position", "expires"]
    package static let definition = ["component", "process", "version", "notation", "at"]
    package static let channel = ["name", "description"]
    package static let sourcePlace = ["channel", "topic", "partition", "next"]
}
