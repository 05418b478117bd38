import Skein

/// Three-step processes on stores with and without other instances.
enum ProcessWorkload {
    static let component = "bench"

    /// An empty store, and two that hold many instances: ended ones of the same process, and ones that wait.
    static let fillings: [Filling] = [
        .empty,
        Filling(name: "50,000 ended") { try await end(50_000, named: "before", runtime: $0) },
        Filling(name: "50,000 waiting") { try await wait(50_000, runtime: $0) },
    ]

    static func stores() async throws -> FilledStores {
        try await FilledStores(fillings) { makeComponent() }
    }

    static func makeComponent() -> Component { Component(component) { Processes(ThreeSteps(), Approval()) } }

    /// Starts processes from a hundred tasks at a time and waits until all have ended; the time that takes.
    ///
    /// - Throws: ``UnexpectedOutcome`` when some have not completed; that is looked at when the clock has stopped.
    @discardableResult
    static func end(_ count: Int, named name: String, runtime: Runtime) async throws -> Duration {
        let client = runtime.client(as: component)
        let time = try await elapsed {
            try await concurrently(count) { try await client.publish(WorkRequested(id: "\(name)-\($0)")) }
            await runtime.settle()
        }
        for number in stride(from: 0, to: count, by: 50) + [count - 1] {
            try await expectEnd(of: "\(name)-\(number)", runtime: runtime)
        }
        return time
    }

    /// Starts one process and waits for its outcome; the time that takes.
    static func endOne(_ id: String, runtime: Runtime) async throws -> Duration {
        try await elapsed {
            try await runtime.client(as: component).publish(WorkRequested(id: id))
            try await expectEnd(of: id, runtime: runtime)
        }
    }

    private static func wait(_ count: Int, runtime: Runtime) async throws {
        let client = runtime.client(as: component)
        try await concurrently(count) { try await client.publish(ApprovalRequested(id: "waiting-\($0)")) }
        await runtime.settle()
    }

    private static func expectEnd(of id: String, runtime: Runtime) async throws {
        let outcome = try await runtime.outcome(of: ThreeSteps.self, key: id, in: component, within: .seconds(30))
        guard try outcome.value(as: Int.self) == 3 else {
            throw UnexpectedOutcome(description: "the process '\(id)' should have returned 3, but: \(outcome)")
        }
    }
}
