import SkeinStorage
internal import Synchronization

/// Watches the runner of a kernel from outside: a reaction that does not come to an end is runaway code. The kernel is
/// then fenced (nothing of it is committed any more) and replaced by a new one on another thread.
final class ReactionWatch: Sendable {
    private struct State {
        var fenced = false
        var onRunaway: (@Sendable (Suspect) -> Void)?
    }

    /// Whose code is running.
    enum Suspect: Sendable {
        /// The instance, which may be in no store yet, and the message that starts it if one does.
        case instance(InstanceRow, start: Delivered?)
        /// The message whose keys are being asked for, and by which of the parts that it may concern.
        case message(LogRecord, retried: ParkedRow?, concerns: [String])
    }

    private let core: RuntimeCore
    private let state = Mutex(State())

    init(core: RuntimeCore) { self.core = core }

    var isFenced: Bool { state.withLock { $0.fenced } }

    /// Hands something over, unless the kernel has been shut out: what is handed over comes before the fence.
    @discardableResult
    func unlessFenced<Result>(_ handOver: () -> Result) -> Result? {
        state.withLock { state in state.fenced ? nil : handOver() }
    }

    /// Sets what to do about an instance whose code does not return.
    func onRunaway(_ action: @escaping @Sendable (Suspect) -> Void) {
        state.withLock { $0.onRunaway = action }
    }

    /// Shuts the kernel out: what it does from now on has no effect.
    func fence() {
        state.withLock { state in
            state.fenced = true
            state.onRunaway = nil
        }
    }

    /// Watches over the code of an instance.
    func guarding<Result>(_ row: InstanceRow, _ input: Input?, _ react: () throws -> Result) rethrows -> Result {
        var start: Delivered?
        if case .start(let delivered) = input { start = delivered }
        return try guarding(.instance(row, start: start), react)
    }

    /// Watches over code of the user's that runs on the thread of the kernel.
    func guarding<Result>(_ suspect: Suspect, _ run: () throws -> Result) rethrows -> Result {
        let deadline = AttemptDeadline(
            core.configuration.reactionDeadline, core: core, used: core.environment.threadTime())
        deadline.begin { [weak self, suspect] in
            let action = self?.state.withLock { $0.onRunaway }
            action?(suspect)
        }
        defer { deadline.end() }
        return try PromptReturn.suspended(run)
    }
}
