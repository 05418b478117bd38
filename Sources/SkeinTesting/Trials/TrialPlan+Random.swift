extension TrialPlan {
    /// Draws the plan of a seed: the inputs in order, with faults and actions of operators between them.
    ///
    /// Each plan has only some kinds of trouble, so that one kind does not hide another (Groce et al., "Swarm Testing",
    /// ISSTA 2012).
    static func random(seed: UInt64, inputs: Int, systems: Int) -> TrialPlan {
        var maker = PlanMaker(random: SeededRandom(seed: seed), systems: systems)
        return maker.plan(seed: seed, inputs: inputs)
    }
}

/// Draws a plan.
private struct PlanMaker {
    enum Trouble: CaseIterable {
        case crash, commitCrash, restart, operate, storeFault, readFault, outside, clockJump
    }

    var random: SeededRandom
    let systems: Int
    /// The answers of operators to earlier trouble, each with the index of the event from which on it may come.
    var pending: [(place: Int, operation: TrialOperation)] = []
    /// The one restart of a run that answers a trouble.
    var restart = Restart.unplanned

    enum Restart {
        case unplanned
        case planned(place: Int, [TrialOperation])
        case done
    }

    private mutating func draw(_ below: Int) -> Int { Int(random.next() % UInt64(below)) }
    private mutating func chance(_ one: Int, in all: Int) -> Bool { draw(all) < one }

    mutating func plan(seed: UInt64, inputs: Int) -> TrialPlan {
        var plan = TrialPlan(seed: seed)
        plan.isOrderly = chance(1, in: 16)
        plan.deliversTwice = chance(1, in: 4)
        plan.limits = limits()
        var kinds = Trouble.allCases.filter { _ in chance(1, in: 2) }
        if systems == 0 { kinds.removeAll { $0 == .outside } }
        var operations = TrialOperation.Kind.allCases.filter { _ in chance(2, in: 3) }
        // In some runs operators mostly suspend instances, and resume them later.
        if chance(1, in: 4) {
            kinds += [.operate, .operate, .operate]
            operations = [.suspend, .suspend, .suspend, .retryIncident]
        } else if systems > 0, chance(1, in: 5) {
            // In some, outside systems come and go and nothing else happens: no start makes up for what is forgotten.
            kinds = [.outside]
            restart = .done
        }
        var next = 0
        var left = kinds.isEmpty ? 0 : draw(14)
        while next < inputs || left > 0 {
            addAnswers(to: &plan)
            if next < inputs, left == 0 || chance(inputs - next, in: inputs - next + left) {
                plan.events.append(TrialEvent(.input(next), after: inputPause()))
                next += 1
            } else {
                left -= 1
                let action = action(kinds[draw(kinds.count)], operations)
                plan.events.append(TrialEvent(action, after: pause()))
                answer(action, in: &plan)
            }
        }
        return plan
    }

    /// Plans the answers of operators to an action: they resume what was suspended, and retry what failed.
    private mutating func answer(_ action: TrialEvent.Action, in plan: inout TrialPlan) {
        if case .outside(_, let weather) = action, weather != .fine { answerTrouble(in: &plan) }
        if case .operate(let operation) = action, operation.kind == .suspendSystem { contradict(operation, in: &plan) }
        guard case .operate(let operation) = action, operation.kind == .suspend, chance(3, in: 4) else { return }
        let resume = TrialOperation(.resume, pick: random.next())
        let retry = TrialOperation(.retryIncident, pick: random.next())
        let place = plan.events.count
        pending.append((place + 1 + draw(20), resume))
        if chance(1, in: 2) { pending.append((place + draw(16), retry)) }
    }

    /// Plans two operators who want opposite things of one system at nearly the same time.
    private mutating func contradict(_ suspension: TrialOperation, in plan: inout TrialPlan) {
        let resumption = TrialOperation(.resumeSystem, pick: suspension.pick)
        plan.events.append(TrialEvent(.operate(resumption), after: pause()))
        plan.events.append(TrialEvent(.operate(suspension), after: .steps(draw(3))))
    }

    /// Plans retries while an outside system or component is broken, so that they fail again. A restart makes them the
    /// first thing that a new process does.
    private mutating func answerTrouble(in plan: inout TrialPlan) {
        let place = plan.events.count
        if chance(1, in: 2) {
            let kind: TrialOperation.Kind = chance(1, in: 4) ? .edit : .retryIncident
            pending.append((place + draw(12), TrialOperation(kind, pick: random.next())))
        }
        guard case .unplanned = restart, chance(1, in: 2) else { return }
        let retries = (0..<3).map { _ in TrialOperation(.retryIncident, pick: random.next()) }
        restart = .planned(place: place + 2 + draw(12), retries)
    }

    /// Adds the answers whose place is reached: at once, on the closed store, or just before the process is killed.
    private mutating func addAnswers(to plan: inout TrialPlan) {
        if case .planned(let place, let operations) = restart, place <= plan.events.count {
            restart = .done
            plan.events.append(TrialEvent(.restart(whileClosed: operations, limits: limits()), after: pause()))
        }
        while let index = pending.firstIndex(where: { $0.place <= plan.events.count }) {
            let operation = pending.remove(at: index).operation
            switch draw(3) {
            case 0: plan.events.append(TrialEvent(.operate(operation), after: pause()))
            case 1:
                let others = chance(1, in: 2) ? [TrialOperation(.retryIncident, pick: random.next())] : []
                plan.events.append(
                    TrialEvent(.restart(whileClosed: [operation] + others, limits: limits()), after: answerPause()))
            default:
                plan.events.append(TrialEvent(.operate(operation), after: answerPause()))
                plan.events.append(TrialEvent(.crash(.now, limits: limits()), after: .steps(draw(12))))
            }
        }
    }

    /// Often so long that timers of what stands still are due by then.
    private mutating func answerPause() -> TrialEvent.Pause {
        chance(1, in: 2) ? .time(seconds: draw(2_000_000)) : pause()
    }

    private mutating func limits() -> UInt64? { chance(1, in: 4) ? nil : random.next() }

    private mutating func inputPause() -> TrialEvent.Pause {
        chance(1, in: 12) ? .time(seconds: draw(100_000)) : .steps(draw(4) == 0 ? draw(40) : 0)
    }

    private mutating func pause() -> TrialEvent.Pause {
        switch draw(6) {
        case 0: .time(seconds: draw(20))
        case 1: .time(seconds: draw(400_000))
        default: .steps(draw(60))
        }
    }

    private mutating func action(_ trouble: Trouble, _ operations: [TrialOperation.Kind]) -> TrialEvent.Action {
        switch trouble {
        case .crash: return .crash(.now, limits: limits())
        case .commitCrash: return .crash(chance(1, in: 2) ? .beforeCommit : .afterCommit, limits: nil)
        case .restart:
            let closed = chance(1, in: 2) ? (0..<1 + draw(3)).map { _ in operation(operations) } : []
            return .restart(whileClosed: closed, limits: limits())
        case .operate: return .operate(operation(operations))
        case .storeFault:
            return .storeFault(TrialStoreFault.allCases[draw(TrialStoreFault.allCases.count)])
        case .readFault: return .readFault(after: 1 + draw(12))
        case .outside:
            let weather = TrialWeather.allCases[draw(TrialWeather.allCases.count)]
            return .outside(system: draw(systems), weather)
        case .clockJump: return .clockJump(seconds: chance(1, in: 2) ? draw(7200) : -draw(7200))
        }
    }

    private mutating func operation(_ kinds: [TrialOperation.Kind]) -> TrialOperation {
        TrialOperation(kinds.isEmpty ? .suspend : kinds[draw(kinds.count)], pick: random.next())
    }
}
