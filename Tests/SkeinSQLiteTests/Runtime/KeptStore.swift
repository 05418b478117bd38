import SkeinCore
import SkeinSQLite

extension Runtime {
    /// A runtime that leaves the store open, for the test to look into.
    convenience init(
        keeping store: SQLiteStore, configuration: RuntimeConfiguration = .init(), _ components: Component...
    ) throws {
        var configuration = configuration
        configuration.closesStore = false
        try self.init(store: store, configuration: configuration, components: components)
    }
}
