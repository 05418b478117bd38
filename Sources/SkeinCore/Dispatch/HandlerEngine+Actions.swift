import SkeinActions
import SkeinStorage

/// Operators' actions on the parked messages and dead letters of a key. From the plan of an action until its commit is
/// durable the engine tries no message of the key, so that engine and operator do not overwrite each other's changes.
extension HandlerEngine {
    /// The actions on one key, and the alarms of those that wait for an attempt under way.
    struct KeyActions {
        var line = ActionLine()
        var limits: [ObjectIdentifier: TimerService.Token] = [:]
    }

    /// How long an action waits for an attempt under way; shorter than a tool waits for its answer.
    private static let longestWaitForAttempt: Duration = .seconds(10)

    /// Carries out an action when no attempt at the key is under way and the result of the last one is committed.
    func begin(_ call: ActionCall) throws {
        guard case .key(let key, _) = call.subject else {
            return call.answer(.failure(ActionError(.notRunning, "'\(subscription)' has parked messages only")))
        }
        if actions[StoredKey(key), default: KeyActions()].line.add(call) {
            switch lanes.update(key, orMake: try laneAtRest(of: key), { $0.beginActions() }) {
            case .granted: return try proceed(key: key)
            case .pending: break
            }
        }
        let deadline = core.environment.clock.now.advanced(by: Self.longestWaitForAttempt)
        actions[StoredKey(key)]?.limits[ObjectIdentifier(call)] = core.timers.schedule(at: deadline) { [weak self] in
            self?.post(.actionExpired(call, key: key))
        }
    }

    /// No attempt at the key is under way, or the commit of an action is durable: plans the next action. After the last
    /// one the engine goes on with the key.
    func proceed(key: String) throws {
        while let call = actions[StoredKey(key)]?.line.waiting {
            if let token = actions[StoredKey(key)]?.limits.removeValue(forKey: ObjectIdentifier(call)) {
                core.timers.cancel(token)
            }
            do {
                let plan = try core.planner(reading: reader).plan(call.action)
                guard plan.unit.isEmpty else { return commit(plan, of: call, key: key) }
                call.answer(.success(plan.changes))
            } catch {
                call.answer(.failure(error))
            }
            actions[StoredKey(key)]?.line.answered()
        }
        if actions[StoredKey(key)]?.line.isIdle == true { try letGo(key: key) }
    }

    private func commit(_ plan: ActionPlan, of call: ActionCall, key: String) {
        actions[StoredKey(key)]?.line.commit()
        core.committer.submit(plan.unit) { [weak self] outcome in
            call.answer(outcome.answer(plan.changes))
            self?.post(.acted(key: key))
        }
    }

    /// The commit of an action is durable.
    func acted(key: String) throws {
        actions[StoredKey(key)]?.line.committed()
        try proceed(key: key)
    }

    /// An action has waited for too long.
    func expired(_ call: ActionCall, key: String) throws {
        guard actions[StoredKey(key)]?.line.withdraw(call) == true else { return }
        actions[StoredKey(key)]?.limits[ObjectIdentifier(call)] = nil
        call.answer(
            .failure(
                ActionError(
                    .busy,
                    "the message of \(call.action.incidentText) is being tried at this moment; act again when that "
                        + "attempt has ended, at the latest after the handler's timeout")))
        if actions[StoredKey(key)]?.line.isIdle == true { try letGo(key: key) }
    }

    private func letGo(key: String) throws {
        actions[StoredKey(key)] = nil
        try obey(lanes.update(key) { $0.endActions() }, key: key)
    }
}

extension OperatorAction {
    /// The incident that the action names, in words.
    fileprivate var incidentText: String {
        if case .repair(let incident, _) = self { "incident \(incident)" } else { "the incident" }
    }
}
