import SkeinActions
import SkeinStorage

/// Carries out the actions whose subject no engine of the runtime has in memory: those on outside systems, and those on
/// instances and messages of components that do not run here. The store is the whole truth about these.
final class ActionDesk: ActionOwner, @unchecked Sendable {
    // Proof for `@unchecked`: the `var` is touched only by `handle(_:)`, which the inbox calls on the serial runner.

    private enum Event: Sendable {
        case act(ActionCall)
        /// The commit of an action is durable, or a part of the mailbox of an instance that has ended is removed.
        case committed(ended: InstanceID?)
    }

    private let core: RuntimeCore
    private let reader: any StoreReader
    private let inbox: Inbox<Event>
    private var line = ActionLine()

    init(core: RuntimeCore) throws {
        self.core = core
        reader = try core.store.makeReader()
        let slot = EngineSlot<ActionDesk>()
        inbox = Inbox(runner: core.environment.makeRunner("actions"), limit: 64) { events in
            for event in events { slot.engine?.handle(event) }
        }
        slot.engine = self
    }

    func act(_ call: ActionCall) { inbox.post(.act(call)) }

    private func handle(_ event: Event) {
        switch event {
        case .act(let call): _ = line.add(call)
        case .committed(let ended):
            if let ended, removePart(ofMailboxOf: ended) { return }
            line.committed()
        }
        while let call = line.waiting {
            do {
                let plan = try core.planner(reading: reader).plan(call.action)
                guard plan.unit.isEmpty else { return commit(plan, of: call) }
                call.answer(.success(plan.changes))
            } catch {
                call.answer(.failure(error))
            }
            line.answered()
        }
    }

    private func commit(_ plan: ActionPlan, of call: ActionCall) {
        line.commit()
        let breakers = core.breakers
        // No attempt begins while the commit that suspends the system is on its way.
        if case .suspendSystem(let system) = call.action { breakers.suspend(system) }
        core.committer.submit(plan.unit) { [inbox] outcome in
            if case .committed = outcome, case .resumeSystem(let system) = call.action { breakers.resume(system) }
            call.answer(outcome.answer(plan.changes))
            inbox.post(.committed(ended: outcome.isCommitted ? plan.ended : nil))
        }
    }

    /// Removes the next part of the mailbox of an instance that has ended. No kernel does it, because none has the
    /// instance.
    ///
    /// - Returns: whether there was anything to remove; its commit is on its way.
    private func removePart(ofMailboxOf id: InstanceID) -> Bool {
        do {
            let writes = try core.planner(reading: reader).removals(fromMailboxOf: id)
            guard !writes.isEmpty else { return false }
            core.committer.submit(CommitUnit(writes: writes)) { [inbox] outcome in
                inbox.post(.committed(ended: outcome.isCommitted ? id : nil))
            }
            return true
        } catch {
            core.fail(error)
            return false
        }
    }
}

extension UnitOutcome {
    fileprivate var isCommitted: Bool { if case .committed = self { true } else { false } }

    /// What to answer to an action whose commit has ended.
    func answer(_ changes: [ActionReport.Change]) -> ActionCall.Answer {
        switch self {
        case .committed: .success(changes)
        case .failed(let error): .failure(error)
        }
    }
}
