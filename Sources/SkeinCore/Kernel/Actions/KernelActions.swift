import SkeinActions
import SkeinStorage

/// Carries out operators' actions on the instances and dead letters of one kernel.
///
/// An action has the kernel to itself: it is planned when every commit of the kernel is durable, and the kernel begins
/// nothing else until the commit of the action is durable too. So the plan, which is computed from the store, sees
/// everything, and nobody sees the instance between plan and commit. The kernel waits for the commits on their way and
/// one more. The instance leaves memory; after the commit it is read from the store as after a start.
///
/// Confined to the runner of the kernel.
final class KernelActions {
    private let kernel: KernelContext
    private let instances: InstanceCache
    private let activities: ActivityScheduler
    private let timers: TimerScheduler
    private var line = ActionLine()

    init(_ kernel: KernelContext, reactor: Reactor) {
        self.kernel = kernel
        instances = reactor.instances
        (activities, timers) = (reactor.activities, reactor.timers)
    }

    /// Whether the kernel may begin something else.
    var isIdle: Bool { line.isIdle }

    func add(_ call: ActionCall) { _ = line.add(call) }

    /// Plans the next action. The kernel must be at rest: its turn is empty, and all its commits are durable.
    ///
    /// Hand over what is in the turn afterwards, and call this again when that is durable.
    func proceed() throws {
        line.committed()
        while let call = line.waiting {
            let code = try code(for: call.action)
            // An instance whose code cannot go on has been parked, which comes first.
            guard kernel.turn.isEmpty, !kernel.watch.isFenced else { return }
            do {
                var planner = kernel.core.planner(reading: kernel.reader)
                planner.code = code
                let plan = try planner.plan(call.action)
                guard plan.unit.isEmpty else { return begin(plan, of: call) }
                call.answer(.success(plan.changes))
            } catch {
                call.answer(.failure(error))
            }
            line.answered()
        }
    }

    private func begin(_ plan: ActionPlan, of call: ActionCall) {
        line.commit()
        kernel.turn.unit = plan.unit
        kernel.turn.answers.append { call.answer($0.answer(plan.changes)) }
        switch call.subject {
        case .instance(let id, _, _):
            drop(id, writes: plan.writes)
            guard let row = plan.instance else { return }
            if row.status.isEnded { kernel.turn.starts.ended.append(row) }
            // An instance that has ended loses its mailbox.
            if row.status == .running || row.status.isEnded { kernel.postpone(.reconsider(instance: id)) }
        case .key(let key, _):
            kernel.postpone(.retryDeadLetters(key: key))
        case .system:
            break
        }
    }

    /// Puts an instance out of memory. The outcome of an activity that the plan removed is no longer waited for.
    private func drop(_ id: InstanceID, writes: [StoreWrite]) {
        if let instance = instances[id] { instances.evict(instance) }
        for write in writes {
            switch write {
            case .removeTimer(let timer): timers.remove(timer)
            case .removeActivity(let instance, let seq): activities.forget(OperationID(instance: instance, seq: seq))
            case .putActivity(let row): activities.forgetRow(of: OperationID(instance: id, seq: row.seq))
            default: break
            }
        }
    }

    /// What the code of the action's instance knows; `nil` where the action does not depend on it, or there is no code.
    private func code(for action: OperatorAction) throws -> InstanceCode? {
        switch action {
        case .cancel(let id, _), .editRetry(let id, _, _):
            guard let machine = try instances.load(id)?.machine, !(machine is AbsentMachine) else { return nil }
            return InstanceCode(takesCancel: machine.takesCancel) { machine.activity($0)?.options.retry }
        case .repair, .repairAll, .retryInstance, .terminate, .suspend, .resume, .suspendSystem, .resumeSystem:
            return nil
        }
    }
}
