internal import Synchronization

/// The operations under way in one runtime: two of them never change the same incident at once, and none waits for a
/// runtime that has stopped.
final class RunningOperations: Sendable {
    /// Answered with an error text, or `nil` for success.
    let calls = OpenCalls<String?>(
        atStop: "the runtime is stopping; try again when it runs, or when nobody has the store open")
    private let incidents = Mutex<Set<Int64>>([])

    /// Takes an incident for one operation; `false` while another has it.
    func claim(_ incident: Int64) -> Bool { incidents.withLock { $0.insert(incident).inserted } }

    func release(_ incident: Int64) { incidents.withLock { _ = $0.remove(incident) } }
}
