import SkeinCore
import Synchronization

/// Operators, with a runtime and without one.
extension TrialRun {
    func operate(_ operation: TrialOperation) {
        guard let action = action(operation) else { return }
        story.tell("an operator: \(action.text)")
        let story = story
        act(action.text) { runtime in
            _ = try await runtime.perform(action)
            story.tell("done: \(action.text)")
        }
    }

    /// Lets an operator do something, and remembers that an answer is due.
    func act(_ what: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        let call = operators.call(what)
        perform("an operator") { [operators] runtime in
            defer { operators.answered(call) }
            try await body(runtime)
        }
    }

    /// Whoever asked something of the present process has an answer by now, be it a refusal.
    func checkOperators() {
        guard runtime != nil, ledger.violations.isEmpty, let what = operators.waiting.first else { return }
        ledger.violated(TrialViolation(10, "an operator waits for an answer in vain: \(what)"))
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
        case .redirect:
            guard let other = trial.redirectTarget else { return nil }
            return pick(open.filter { $0.position != nil }).map { .redirect(incident: $0.id, to: other) }
        case .retryCause: return pick(open).map { .repairAll(cause: $0.cause, .retry) }
        case .suspendSystem: return pick(trial.systemNames).map { .suspendSystem($0) }
        case .resumeSystem: return pick(trial.systemNames).map { .resumeSystem($0) }
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

/// What operators have asked of the present process and have no answer to.
final class TrialOperators: Sendable {
    private struct State {
        var life: UInt64 = 0
        var next = 0
        var open: [Int: String] = [:]
    }

    /// One thing that an operator asks for.
    struct Call {
        fileprivate var life: UInt64
        fileprivate var number: Int
    }

    private let state = Mutex(State())

    /// Another process begins, which answers nothing that was asked of the one before.
    func begin(_ life: UInt64) { state.withLock { $0 = State(life: life) } }

    func call(_ what: String) -> Call {
        state.withLock { state in
            state.next += 1
            state.open[state.next] = what
            return Call(life: state.life, number: state.next)
        }
    }

    func answered(_ call: Call) {
        state.withLock { if $0.life == call.life { $0.open[call.number] = nil } }
    }

    /// What has no answer, in the order in which it was asked.
    var waiting: [String] { state.withLock { $0.open.sorted { $0.key < $1.key }.map(\.value) } }
}
