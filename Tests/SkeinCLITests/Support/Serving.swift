import SkeinOperator
import ChildPrograms
import SkeinCore
import SkeinSQLite

/// Runs components on a store, with a control server, while `body` runs.
func whileServing(
    _ components: [Component], on path: String, _ body: (Runtime) async throws -> Void
) async throws {
    let store = try SQLiteStore(path: path)
    let runtime = try Runtime(store: store, components: components)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await runtime.run(controlledOver: store) }
        try await waitUntil("the socket") { StoreOwner.current(of: path)?.socket != nil }
        try await body(runtime)
        group.cancelAll()
        do { try await group.waitForAll() } catch is CancellationError {}
    }
    try store.close()
}
