import SkeinCore

/// Operators, with a runtime and without one.
extension TrialRun {
    func operate(_ operation: TrialOperation) {
        guard let action = action(operation) else { return }
        story.tell("an operator: \(action.text)")
        let story = story
        perform("an operator") { runtime in
            _ = try await runtime.perform(action)
            story.tell("done: \(action.text)")
        }
    }

    func operateOnClosedStore(_ operation: TrialOperation) {
        guard let action = action(operation) else { return }
        story.tell("an operator, on the closed store: \(action.text)")
        do { _ = try store.perform(action, at: clock.now) } catch { story.tell("an operator: \(error)") }
    }

    /// What the operation comes to with what there is now; `nil` where there is nothing to do it to.
    private func action(_ operation: TrialOperation) -> OperatorAction? {
        let instances = ledger.instances
        func pick<Element>(_ elements: [Element]) -> Element? {
            elements.isEmpty ? nil : elements[Int(operation.pick % UInt64(elements.count))]
        }
        let open = ledger.openIncidents
        switch operation.kind {
        case .suspend: return pick(instances.filter { $0.status == .running }).map { .suspend(instance: $0.id) }
        case .resume: return pick(instances.filter { $0.status == .suspended }).map { .resume(instance: $0.id) }
        case .cancel:
            let running = instances.filter { !$0.status.isEnded && $0.notation != .entity }
            return pick(running).map { .cancel(instance: $0.id, reason: "as the plan has it") }
        case .retryInstance:
            return pick(instances.filter { $0.status == .parked }).map { .retryInstance($0.id) }
        case .retryIncident: return pick(open).map { .retry(incident: $0.id) }
        case .edit:
            guard let incident = pick(open.filter { $0.position != nil }), let position = incident.position,
                let payload = try? store.makeReader().record(at: position)?.envelope.payload.bytes
            else { return nil }
            return .edit(incident: incident.id, payload: payload)
        case .skip: return pick(open.filter { $0.position != nil }).map { .skip(incident: $0.id) }
        case .redirect: return pick(open.filter { $0.position != nil }).map { .redirect(incident: $0.id, to: "spare") }
        case .retryCause: return pick(open).map { .repairAll(cause: $0.cause, .retry) }
        case .suspendSystem: return .suspendSystem("bank")
        case .resumeSystem: return .resumeSystem("bank")
        }
    }
}

extension OperatorAction {
    /// The action in words.
    fileprivate var text: String {
        switch self {
        case .repair(let incident, let repair): "\(repair.word) incident \(incident)"
        case .repairAll(let cause, let repair): "\(repair.word) every incident of '\(cause)'"
        case .retryInstance(let id): "retry instance \(id)"
        case .cancel(let id, _): "cancel instance \(id)"
        case .terminate(let id, _): "terminate instance \(id)"
        case .suspend(let id): "suspend instance \(id)"
        case .resume(let id): "resume instance \(id)"
        case .editRetry(let id, let op, _): "edit the retries of activity \(op) of instance \(id)"
        case .suspendSystem(let system): "suspend the system '\(system)'"
        case .resumeSystem(let system): "resume the system '\(system)'"
        }
    }
}

extension IncidentRepair {
    fileprivate var word: String {
        switch self {
        case .retry: "retry"
        case .edit: "edit"
        case .skip: "skip"
        case .redirect(let component): "redirect to '\(component)'"
        }
    }
}
