import SkeinSQLite
public import SkeinCore

/// The content of a copy of a store.
public struct BackupReport: Sendable, Hashable, Codable {
    /// The path of the copy.
    public var path: String
    /// Its size in bytes.
    public var bytes: Int64
    /// The position of its newest message; 0 for an empty log.
    public var lastPosition: Int64
    /// The time of that message; `nil` for an empty log.
    public var newest: Timestamp?
    /// Instances that have not ended.
    public var openInstances: Int
    /// Activities that are under way or wait for an attempt. They run again when the copy is restored.
    public var activities: Int
    /// Timers that are armed.
    public var timers: Int
    /// Incidents that nobody has resolved.
    public var openIncidents: Int

    init(_ path: String) throws {
        let inspector = try StoreInspector(path: path)
        defer { inspector.close() }
        func count(_ table: String) throws -> Int {
            try inspector.select("SELECT count(*) FROM " + table) { row, _ in row.int() }.first ?? 0
        }
        self.path = path
        bytes =
            try inspector.select(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            ) { row, _ in row.int64() }.first ?? 0
        lastPosition = try inspector.lastPosition()
        newest = try inspector.select("SELECT time FROM event ORDER BY position DESC LIMIT 1") { row, _ in
            Timestamp(microseconds: row.int64())
        }.first
        openInstances = try count("instance WHERE ended_at IS NULL")
        activities = try count("activity")
        timers = try count("timer")
        openIncidents = try count("incident WHERE resolved_at IS NULL")
    }
}
