import SkeinActions
import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Operators, who act through a runtime or on the closed store.
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

    /// Lets an operator do something; ``checkOperators()`` finds it if it never returns.
    func act(_ what: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        let call = operators.call(what)
        perform("an operator") { [operators] runtime in
            defer { operators.answered(call) }
            try await body(runtime)
        }
    }

    /// Checks that every operator who asked something of this process has an answer, which may be a refusal.
    func checkOperators() {
        guard runtime != nil, ledger.violations.isEmpty, let what = operators.waiting.first else { return }
        ledger.report(TrialViolation(10, "an operator waits for an answer in vain: \(what)"))
    }

    func operateOnClosedStore(_ operation: TrialOperation) {
        guard let action = action(operation) else { return }
        story.tell("an operator, on the closed store: \(action.text)")
        do { _ = try store.carryOut(action, at: clock.now) } catch { story.tell("an operator: \(error)") }
    }

    /// The action for an operation, on an instance, incident or system chosen among the present ones; `nil` when there
    /// is none that it applies to.
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
        case .terminate:
            let running = instances.filter { !$0.status.isEnded && $0.notation != .entity }
            return pick(running).map { .terminate(instance: $0.id, reason: "as the plan has it") }
        case .editRetry:
            var edit = RetryPolicy.Edit()
            edit.attempts = .limited(1 + Int(operation.pick >> 32 % 6))
            edit.initialDelay = .seconds(1 + Int(operation.pick >> 40 % 600))
            return pick(ledger.activities).map { .editRetry(instance: $0.instance, activity: $0.seq, edit) }
        case .retryInstance:
            return pick(instances.filter { $0.status == .parked }).map { .retryInstance($0.id) }
        case .retryIncident: return pick(open).map { .retry(incident: $0.id) }
        case .edit:
            guard let incident = pick(open.filter { $0.position != nil }), let position = incident.position,
                let payload = try? store.makeReader().record(at: position)?.envelope.payload
            else { return nil }
            // White space after a JSON text changes its bytes, so that the ledger can follow them, but not its value.
            let isJSON = payload.contentType == PayloadCoder.jsonContentType
            return .edit(incident: incident.id, payload: payload.bytes + (isJSON ? Data(" ".utf8) : Data()))
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
