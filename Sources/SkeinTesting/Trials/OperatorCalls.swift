import Synchronization

/// The actions that operators have asked of the process that now runs, until they are answered.
final class OperatorCalls: Sendable {
    private struct State {
        var process: UInt64 = 0
        var next = 0
        var open: [Int: String] = [:]
    }

    /// One action that was asked for.
    struct Call {
        fileprivate var process: UInt64
        fileprivate var number: Int
    }

    private let state = Mutex(State())

    /// A new process starts. It owes no answer to what was asked of an earlier one.
    func begin(_ process: UInt64) { state.withLock { $0 = State(process: process) } }

    func call(_ what: String) -> Call {
        state.withLock { state in
            state.next += 1
            state.open[state.next] = what
            return Call(process: state.process, number: state.next)
        }
    }

    func answered(_ call: Call) {
        state.withLock { if $0.process == call.process { $0.open[call.number] = nil } }
    }

    /// The actions without an answer, in the order in which they were asked for.
    var waiting: [String] { state.withLock { $0.open.sorted { $0.key < $1.key }.map(\.value) } }
}
