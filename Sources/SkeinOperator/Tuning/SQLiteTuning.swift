public import SkeinSQLite

/// Settings of a store in SQLite that few programs turn.
///
/// ```swift
/// var configuration = SQLiteStore.Configuration()
/// configuration.tuning.enlistmentTimeLimit = .seconds(20)
/// let store = try SQLiteStore(path: "hello.db", configuration: configuration)
/// ```
public struct SQLiteTuning: Sendable {
    fileprivate var configuration: SQLiteStore.Configuration

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

extension SQLiteStore.Configuration {
    /// Settings that few programs turn.
    public var tuning: SQLiteTuning {
        get { SQLiteTuning(configuration: self) }
        set { self = newValue.configuration }
    }
}
