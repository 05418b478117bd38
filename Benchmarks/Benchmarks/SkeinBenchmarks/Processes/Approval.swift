import Skein

/// Starts a process that waits.
struct ApprovalRequested: Event {
    static let name: MessageName = "bench.approvalRequested"
    var id: String
    var subject: String? { id }
}

/// What such a process waits for.
struct Approved: Event {
    static let name: MessageName = "bench.approved"
    var id: String
    var subject: String? { id }
}

/// Waits for a message at once; here it never comes.
struct Approval: ProcessDefinition {
    static let name = "approval"
    static func key(of start: ApprovalRequested) -> String { start.id }

    func run(_ start: ApprovalRequested, _ flow: Flow) async throws {
        try await flow.wait(for: Approved.self, key: start.id)
    }
}
