import Skein

/// Starts a process of some steps.
struct TallyRequested: Event {
    static let name: MessageName = "bench.tallyRequested"
    var id: String
    var steps: Int
    /// Whether it waits for ``Approved`` before it ends.
    var waits: Bool
    var subject: String? { id }
}

/// Activities that do nothing, one after the other; then, if asked to, it waits.
struct Tally: ProcessDefinition {
    static let name = "tally"
    static func key(of start: TallyRequested) -> String { start.id }

    func run(_ start: TallyRequested, _ flow: Flow) async throws -> Int {
        var sum = 0
        for _ in 0..<start.steps { sum += try await flow.perform("add") { _ in 1 } }
        if start.waits { try await flow.wait(for: Approved.self, key: start.id) }
        return sum
    }
}
