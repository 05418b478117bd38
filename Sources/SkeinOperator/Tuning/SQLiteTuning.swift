public import SkeinSQLite

/// Settings of a store in SQLite that few programs turn.
///
/// ```swift
/// var tuning = SQLiteTuning()
/// tuning.enlistmentTimeLimit = .seconds(20)
/// let store = try SQLiteStore(path: "hello.db", tuning: tuning)
/// ```
public struct SQLiteTuning: Sendable {
    fileprivate var configuration = SQLiteStore.Configuration()

    /// Everything as stated below.
    public init() {}

    /// How long the enlistments of one unit may run before the unit fails. 5 seconds unless set.
    public var enlistmentTimeLimit: Duration {
        get { configuration.enlistmentTimeLimit }
        set { configuration.enlistmentTimeLimit = newValue }
    }

    /// How long a commit, or a write access of the user's, waits while another process writes to the file: a driver
    /// that fills the outbox, a person at a SQLite shell. A commit that has waited so long fails, and with it the
    /// runtime. 60 seconds unless set.
    public var lockTimeLimit: Duration {
        get { configuration.lockTimeLimit }
        set { configuration.lockTimeLimit = newValue }
    }

    /// The page cache of the writer, in kibibytes. 32 MiB unless set.
    public var cacheSizeInKibibytes: Int {
        get { configuration.cacheSizeInKibibytes }
        set { configuration.cacheSizeInKibibytes = newValue }
    }
}

extension SQLiteStore {
    /// Opens the store in a file as `init(path:durability:)` does, with settings that few programs turn.
    public convenience init(path: String, durability: Durability = .full, tuning: SQLiteTuning) throws {
        var configuration = tuning.configuration
        configuration.durability = durability
        try self.init(path: path, configuration: configuration)
    }
}
