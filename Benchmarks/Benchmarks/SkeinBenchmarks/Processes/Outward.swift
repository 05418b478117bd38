import Skein
import Synchronization

/// Starts a process with an activity towards an outside system.
struct OutwardRequested: Event {
    static let name: MessageName = "bench.outwardRequested"
    var id: String
    var subject: String? { id }
}

/// One activity towards an outside system that can be suspended.
struct Outward: ProcessDefinition {
    static let name = "outward"
    static let system = "outside"
    /// How often the activity has run.
    static let runs = Atomic(0)
    static func key(of start: OutwardRequested) -> String { start.id }

    func run(_ start: OutwardRequested, _ flow: Flow) async throws {
        _ = try await flow.perform("call", ActivityOptions(system: Self.system)) { _ in
            _ = Self.runs.add(1, ordering: .relaxed)
            return true
        }
    }
}
