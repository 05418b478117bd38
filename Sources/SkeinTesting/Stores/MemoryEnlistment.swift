public import SkeinStorage
import SkeinCore
import Synchronization

/// A change of the user's own that joins a commit of a ``MemoryStore``. What it throws undoes its unit alone.
public struct MemoryEnlistment: Enlistment {
    /// What is done to the tables. It must not call the store.
    public let body: @Sendable (inout MemoryTables) throws -> Void

    /// Wraps what is to be done.
    public init(_ body: @escaping @Sendable (inout MemoryTables) throws -> Void) { self.body = body }
}
