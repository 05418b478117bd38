import Skein

/// The store files that the rounds of one benchmark work on, one for each filling, `fsync` on.
///
/// A store is filled once, by the runtime itself. Every round opens its file anew, so that nothing of the filling is
/// left in memory, and adds to it what it does; a round on the empty store gets a new file.
final class FilledStores: Sendable {
    let fillings: [Filling]
    private let component: @Sendable () -> Component
    private let files: [String: String]

    /// Fills the stores, one after the other. When that fails, nothing is left behind.
    init(_ fillings: [Filling], component: @escaping @Sendable () -> Component) async throws {
        (self.fillings, self.component) = (fillings, component)
        var files: [String: String] = [:]
        do {
            for filling in fillings {
                guard let fill = filling.fill else { continue }
                let file = try BenchFolder.file("filled")
                files[filling.name] = file
                try await Self.withRuntime(on: file, component(), fill)
            }
        } catch {
            try BenchFolder.remove()
            throw error
        }
        self.files = files
    }

    /// Does a round's work on every filling and returns what it measured, in the order of the fillings.
    ///
    /// - Parameter round: each begins with another filling, so that none always comes first.
    func measure<Result: Sendable>(
        round: Int, _ work: @Sendable (Filling, Runtime) async throws -> Result
    ) async throws -> [Result] {
        var results: [(Int, Result)] = []
        for number in fillings.indices {
            let index = (number + round) % fillings.count
            let filling = fillings[index]
            let file = try files[filling.name] ?? BenchFolder.file("empty")
            let result = try await Self.withRuntime(on: file, component()) { try await work(filling, $0) }
            results.append((index, result))
            if filling.fill == nil { try BenchFolder.remove(file: file) }
        }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }

    private static func withRuntime<Result>(
        on file: String, _ component: Component, _ work: (Runtime) async throws -> Result
    ) async throws -> Result {
        let store = try SQLiteStore.sqlite(file, durability: .full)
        let runtime = try Runtime(store: store, component)
        runtime.start()
        let result = try await work(runtime)
        await runtime.stop()
        try store.close()
        return result
    }
}
