import SkeinStorage
internal import Synchronization

/// Watches the runner of a kernel from another thread. A reaction that misses its deadline is runaway code: the kernel
/// is fenced, so that it commits nothing more, and replaced by a new one on another thread.
final class ReactionWatch: Sendable {
    private struct State {
        var fenced = false
        var onRunaway: (@Sendable (Suspect) -> Void)?
    }

    /// Whose code is running.
    enum Suspect: Sendable {
        /// An instance, whose row may not be in the store yet, and the message that starts it, if one does.
        case instance(InstanceRow, start: Delivered?)
        /// A message whose keys are being computed, and the triggers that it may concern.
        case message(LogRecord, retried: ParkedRow?, concerns: [String])
    }

    private let core: RuntimeCore
    private let state = Mutex(State())

    init(core: RuntimeCore) { self.core = core }

    var isFenced: Bool { state.withLock { $0.fenced } }

    /// Runs `handOver`, unless the kernel is fenced. What it hands over comes before the fence.
    @discardableResult
    func unlessFenced<Result>(_ handOver: () -> Result) -> Result? {
        state.withLock { state in state.fenced ? nil : handOver() }
    }

    /// Sets the action for code that does not return.
    func onRunaway(_ action: @escaping @Sendable (Suspect) -> Void) {
        state.withLock { $0.onRunaway = action }
    }

    /// Fences the kernel: what it does from now on has no effect.
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

    /// Watches over user code that runs on the thread of the kernel.
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
