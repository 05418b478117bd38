internal import Synchronization

/// Watches the runner of a kernel from outside: a reaction that does not come to an end is runaway code. The kernel is
/// then fenced (nothing of it is committed any more) and replaced by a new one on another thread.
final class ReactionWatch: Sendable {
    private struct State {
        var fenced = false
        var onRunaway: (@Sendable (Suspect) -> Void)?
    }

    /// The instance whose code is running, and what it reacts to. It may be in no store yet.
    struct Suspect: Sendable {
        var row: InstanceRow
        var start: Delivered?
    }

    private let core: RuntimeCore
    private let state = Mutex(State())

    init(core: RuntimeCore) { self.core = core }

    var isFenced: Bool { state.withLock { $0.fenced } }

    /// Hands something over, unless the kernel has been shut out: what is handed over comes before the fence.
    func unlessFenced(_ handOver: () -> Void) {
        state.withLock { state in
            if !state.fenced { handOver() }
        }
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

    func guarding<Result>(_ row: InstanceRow, _ input: Input?, _ react: () throws -> Result) rethrows -> Result {
        var suspect = Suspect(row: row)
        if case .start(let delivered) = input { suspect.start = delivered }
        let deadline = core.environment.clock.now.advanced(by: core.configuration.reactionDeadline)
        let token = core.timers.schedule(at: deadline) { [weak self, suspect] in
            let action = self?.state.withLock { $0.onRunaway }
            action?(suspect)
        }
        defer { core.timers.cancel(token) }
        return try react()
    }
}
