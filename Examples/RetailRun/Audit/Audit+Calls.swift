import RetailWorld

extension Audit {
    /// Keys: each was given out by the store, acted once, for what the store asked, and was repeated for a reason.
    mutating func checkKeys() {
        for (name, calls) in Dictionary(grouping: calls, by: \.name).sorted(by: { $0.key < $1.key }) {
            let acted = calls.count { $0.isActing }
            if acted > 1 { fail(.chargedOnce, "\(name)", "the key acted \(acted) times") }
            if calls.contains(where: { $0.result == .conflict }) {
                fail(.oneKeyPerStep, "\(name)", "the key was used for different accounts or amounts")
            }
            checkAsked(name, calls)
            let unanswered = max(calls.count { $0.answer != .prompt }, facts.givenUp[name, default: 0])
            let explained = 1 + calls.count { $0.result == .unavailable } + unanswered + interruptions
            if calls.count > explained {
                let finding =
                    "\(calls.count) calls, but failures, calls given up and interruptions explain only \(explained)"
                fail(.explainedCalls, "\(name)", finding)
            }
        }
    }

    private mutating func checkAsked(_ name: CallName, _ calls: [CallRecord]) {
        guard let asked = facts.asked[name] else {
            let subjects = Set(calls.map(\.step.reference)).sorted().joined(separator: ", ")
            return fail(.asAsked, "\(name)", "the store has given out no such key; it was used for \(subjects)")
        }
        let different = calls.first {
            $0.result != .conflict
                && AskedCall(account: $0.account, reference: $0.reference, amount: $0.amount) != asked
        }
        guard let different else { return }
        let (found, wanted) = (
            Self.text(different.account, different.reference, different.amount),
            Self.text(asked.account, asked.reference, asked.amount)
        )
        fail(.asAsked, "\(name)", "the world's record has \(found), but the store asked for \(wanted)")
    }

    private static func text(_ account: String, _ reference: String?, _ amount: WorldAmount) -> String {
        "account '\(account)', \(reference.map { "reference '\($0)', " } ?? "")amount \(amount)"
    }

    /// Steps: what the store holds for done stands in the record, and no more than what was wanted.
    mutating func checkSteps() {
        let acting = Dictionary(grouping: calls.filter(\.isActing)) { $0.step }
        let keys = facts.asked.reduce(into: [StepName: Int]()) { counts, entry in
            let reference = entry.value.reference ?? entry.value.account
            counts[StepName(service: entry.key.service, reference: reference), default: 0] += 1
        }
        for name in Set(acting.keys).union(facts.steps.keys).union(keys.keys).sorted() {
            let step = facts.steps[name] ?? StepFacts()
            // Who has to be reminded of a card replaces it once; no command says so.
            let wanted = name.service == .update ? 1 : step.count
            let acted = acting[name]?.count ?? 0
            if acted > wanted {
                fail(.oneKeyPerStep, "\(name)", "\(Counted(wanted, "step")), but the world acted \(times(acted))")
            }
            if keys[name, default: 0] > wanted {
                let finding =
                    "\(Counted(wanted, "step")), but the store gave out \(Counted(keys[name, default: 0], "key"))"
                fail(.oneKeyPerStep, "\(name)", finding)
            }
            for (result, count) in step.results.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let found = acting[name]?.count { $0.result == result } ?? 0
                guard found < count else { continue }
                let finding = "\(result.rawValue) \(times(count)) for the store, \(times(found)) in the world's record"
                fail(.oneKeyPerStep, "\(name)", finding)
            }
        }
    }

    private func times(_ number: Int) -> String { Counted(number, "time", zero: "no").description }

    /// All calls of the card company together.
    mutating func checkTotal() {
        summary.calls.explained =
            summary.calls.keys + summary.calls.failures + summary.calls.unanswered + interruptions * Self.callsInFlight
        guard cardCalls.count > summary.calls.explained else { return }
        let finding =
            "\(cardCalls.count) calls, but failures, calls given up and interruptions explain only "
            + "\(summary.calls.explained)"
        fail(.explainedCalls, "all keys", finding)
    }
}
