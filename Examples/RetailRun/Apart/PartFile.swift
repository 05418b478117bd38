import SkeinOperator
import SkeinStorage
import GRDB
import Skein

/// The file of a part, read while the process of the part writes.
final class PartFile {
    let part: String
    let path: String
    private var database: DatabaseQueue?
    private var inspector: StoreInspector?

    init(part: String, path: String) { (self.part, self.path) = (part, path) }

    /// Reads at one moment; `nil` while there is no file yet, or it is being made.
    func read<Result>(_ body: (Database, StoreInspector) throws -> Result) throws -> Result? {
        if database == nil {
            guard let inspector = try? StoreInspector(path: path, follows: true) else { return nil }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            (self.inspector, database) = (inspector, try DatabaseQueue(path: path, configuration: configuration))
        }
        guard let database, let inspector else { return nil }
        return try database.read { db in try body(db, inspector) }
    }

    /// Lets go of the file.
    func close() {
        inspector?.close()
        try? database?.close()
        (inspector, database) = (nil, nil)
    }
}
