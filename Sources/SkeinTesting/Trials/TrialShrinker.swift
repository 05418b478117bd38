/// Shortens a plan that breaks a promise: removes the events that it can do without, then replaces special values by
/// ordinary ones.
///
/// Removing an event changes the order of all later work. So a shorter plan that no longer fails is tried with three
/// other seeds before it is given up.
struct TrialShrinker {
    let search: TrialSearch
    /// The kind of violation that the shorter plan must show again; see ``TrialViolation/kind``.
    let kind: String
    /// How many runs are left.
    var budget = 600

    init(search: TrialSearch, kind: String) { (self.search, self.kind) = (search, kind) }

    mutating func shrink(_ plan: TrialPlan) throws -> TrialPlan {
        var best = plan
        var isShorter = true
        while isShorter, budget > 0 {
            isShorter = false
            var size = max(1, best.events.count / 2)
            while size >= 1, budget > 0 {
                var index = best.events.count - size
                while index >= 0, budget > 0 {
                    var candidate = best
                    let removed = candidate.events[index..<min(index + size, best.events.count)]
                    candidate.events.removeSubrange(removed.indices)
                    if let found = try failing(candidate) { (best, isShorter) = (found, true) }
                    index -= size
                }
                size /= 2
            }
            if let found = try makeOrdinary(best) { (best, isShorter) = (found, true) }
        }
        return best
    }

    /// Replaces special values by ordinary ones, one at a time.
    ///
    /// - Returns: the plan with every replacement that still breaks the promise; `nil` when none does.
    private mutating func makeOrdinary(_ plan: TrialPlan) throws -> TrialPlan? {
        var best: TrialPlan?
        func ordinary(_ change: (inout TrialPlan) -> Void) -> TrialPlan? {
            var candidate = best ?? plan
            change(&candidate)
            return candidate == (best ?? plan) ? nil : candidate
        }
        var changes: [(inout TrialPlan) -> Void] = [
            { $0.isOrderly = true }, { $0.deliversTwice = false }, { $0.limits = nil },
        ]
        for index in plan.events.indices {
            changes.append { $0.events[index].action = $0.events[index].action.ordinary }
            changes.append { $0.events[index].pause = .steps(0) }
            changes.append { $0.events[index].pause = .time(seconds: 0) }
        }
        for change in changes where budget > 0 {
            if let candidate = ordinary(change), candidate.weight < (best ?? plan).weight,
                let found = try failing(candidate)
            {
                best = found
            }
        }
        return best
    }

    /// The plan, perhaps with another seed, if it still breaks the promise; `nil` otherwise.
    private mutating func failing(_ plan: TrialPlan) throws -> TrialPlan? {
        for variant in 0..<(plan.isOrderly ? 1 : 4) where budget > 0 {
            budget -= 1
            var candidate = plan
            if variant > 0 { candidate.seed = plan.seed &+ UInt64(variant) &* 0x2545_f491_4f6c_dd1d }
            if try search.violation(of: candidate)?.kind == kind { return candidate }
        }
        return nil
    }
}

extension TrialPlan {
    /// How many values of the plan are not ordinary.
    fileprivate var weight: Int {
        var weight = (isOrderly ? 0 : 1) + (deliversTwice ? 1 : 0) + (limits == nil ? 0 : 1)
        for event in events {
            if event.action != event.action.ordinary { weight += 1 }
            switch event.pause {
            case .steps(0): break
            case .time(0): weight += 1
            case .steps, .time: weight += 2
            }
        }
        return weight
    }
}

extension TrialEvent.Action {
    /// The same action with the default limits.
    fileprivate var ordinary: Self {
        switch self {
        case .crash(let crash, _): .crash(crash, limits: nil)
        case .restart(let operations, _): .restart(whileClosed: operations, limits: nil)
        default: self
        }
    }
}
