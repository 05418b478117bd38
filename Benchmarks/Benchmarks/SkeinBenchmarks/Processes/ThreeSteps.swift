import Skein

/// Starts a process of three steps.
struct WorkRequested: Event {
    static let name: MessageName = "bench.workRequested"
    var id: String
    var subject: String? { id }
}

/// Three activities, the result of each stored before the next begins: four commits an instance where none are shared.
struct ThreeSteps: ProcessDefinition {
    static let name = "three-steps"
    static func key(of start: WorkRequested) -> String { start.id }

    func run(_ start: WorkRequested, _ flow: Flow) async throws -> Int {
        let one = try await flow.perform("one") { _ in 1 }
        let two = try await flow.perform("two") { _ in one + 1 }
        return try await flow.perform("three") { _ in two + 1 }
    }
}
