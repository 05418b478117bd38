import SkeinCore
import Synchronization

/// The questions of clients that timed out, as far as they were asked of the process that now runs.
final class UnansweredQuestions: Sendable {
    private struct State {
        var process: UInt64 = 0
        var texts: [String] = []
    }

    private let state = Mutex(State())

    /// The number of the process that now runs.
    var process: UInt64 { state.withLock { $0.process } }

    /// A new process starts. It owes no answer to questions that were asked of an earlier one.
    func begin(_ process: UInt64) { state.withLock { $0 = State(process: process) } }

    /// Adds a question that timed out.
    ///
    /// - Parameters:
    ///   - text: the error, which ends with the id of the message.
    ///   - process: the number of the process that was asked.
    func add(_ text: String, in process: UInt64) {
        state.withLock { if $0.process == process { $0.texts.append(text) } }
    }

    /// The message ids of the questions, read from the end of their errors.
    var ids: [MessageID] {
        state.withLock { $0.texts.compactMap { $0.split(separator: " ").last.map { MessageID(String($0)) } } }
    }
}
