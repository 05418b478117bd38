import SkeinStorage
import SkeinCore
import SkeinTesting

extension Workload {
    /// Adds the promises about the end. They leave out what operators skipped, canceled or stopped.
    func addPromises(to trial: Trial) {
        let store = trial.store as? MemoryStore
        func list(_ name: String) throws -> [Int] { try store?.transaction { $0[name] as? [Int] ?? [] } ?? [] }
        trial.check("each tick is counted once, in order, with its event", invariant: 1) { outcome in
            for key in Self.keys {
                let ticks = try outcome.messages(of: Tick.self, but: "counter/handlers").filter { $0.key == key }
                let known = Set(ticks.map(\.number))
                guard try list("ticks/\(key)").filter(known.contains) == ticks.map(\.number) else { return false }
                let counted = try outcome.messages(of: Counted.self).filter { $0.key == key && known.contains($0.tick) }
                guard counted.map(\.tick) == ticks.map(\.number) else { return false }
            }
            return true
        }
        trial.check("what is counted is kept once, in order", invariant: 1) { outcome in
            for key in Self.keys {
                let commands = try outcome.messages(of: Keep.self).filter { $0.key == key }.map(\.tick)
                let kept = try outcome.messages(of: Kept.self).filter { $0.key == key }
                guard kept.map(\.tick) == commands, kept.map(\.place) == Array(1..<commands.count + 1) else {
                    return false
                }
                let counted = try outcome.messages(of: Counted.self, but: "archive/handlers").filter { $0.key == key }
                guard counted.map(\.tick) == commands.filter(Set(counted.map(\.tick)).contains) else { return false }
            }
            return true
        }
        trial.check("the projection has folded each event once, in order", invariant: 1) { outcome in
            for key in Self.keys {
                let subscription = "reader/projection/list"
                let all = try outcome.messages(of: Counted.self, but: subscription).filter { $0.key == key }.map(\.tick)
                guard try list("read/\(key)").filter(Set(all).contains) == all else { return false }
            }
            return true
        }
        trial.check("the saga has followed every count once, in order", invariant: 1) { outcome in
            for key in Self.keys where !outcome.wasCanceled("watch", key) {
                let counted = try outcome.messages(of: Counted.self).filter { $0.key == key }.map(\.tick)
                let watched = try outcome.messages(of: Watched.self).filter { $0.key == key }.map(\.tick)
                guard watched == counted else { return false }
            }
            return true
        }
        addProcessPromises(to: trial)
        addErrandPromises(to: trial, list)
        addOrderOfUndoing(to: trial)
    }

    private func addProcessPromises(to trial: Trial) {
        let bank = bank
        trial.check("a collector takes the items of its key once each, in order, and ends with the last", invariant: 10)
        { outcome in
            for key in Self.keys where !outcome.wasCanceled("collector", key) {
                guard let start = try outcome.messages(of: CollectRequested.self).first(where: { $0.key == key }) else {
                    continue
                }
                let items = try outcome.messages(of: Item.self).filter { $0.key == key }.map(\.number)
                let collected = try outcome.messages(of: Collected.self).filter { $0.key == key }.map(\.number)
                guard collected == Array(items.prefix(start.count)) else { return false }
            }
            return true
        }
        trial.check("pokes are felt once each, in order, whatever mistakes there were", invariant: 10) { outcome in
            for key in Self.keys where !outcome.wasCanceled("fragile", key) {
                guard try outcome.messages(of: PokingRequested.self).contains(where: { $0.key == key }) else {
                    continue
                }
                let pokes = try outcome.messages(of: Poke.self).filter { $0.key == key }.map(\.number)
                let felt = try outcome.messages(of: Poked.self).filter { $0.key == key }.map(\.number)
                guard felt == Array(pokes.prefix(4)) else { return false }
            }
            return true
        }
        trial.check("a listener hears one bell, and any that has rung since it began", invariant: 1) { outcome in
            let heard = try outcome.messages(of: Heard.self).map(\.id)
            guard Set(heard).count == heard.count else { return false }
            let bells = outcome.records(of: Bell.self).map(\.position)
            for start in outcome.records(of: ListenRequested.self)
            where !outcome.stoodStill("listener", start.subject) && !outcome.wasCanceled("listener", start.subject) {
                let hasRung = bells.contains { $0 > start.position }
                guard heard.contains(start.subject) == hasRung else { return false }
            }
            return true
        }
        trial.check("rounds are gone through once each", invariant: 3) { outcome in
            for start in try outcome.messages(of: RoundsRequested.self) where !outcome.wasCanceled("rounds", start.id) {
                let acts = bank.acts.filter { $0.hasPrefix("round \(start.id) ") }
                guard acts == (1...3).map({ "round \(start.id) \($0)" }) else { return false }
                guard try outcome.messages(of: RoundsEnded.self).filter({ $0.id == start.id }).count == 1 else {
                    return false
                }
            }
            return true
        }
        trial.check("nobody opens twice for one who knocks", invariant: 1) { outcome in
            let opened = try outcome.messages(of: Opened.self).map { "\($0.by) \($0.key) \($0.number)" }
            return Set(opened).count == opened.count
        }
        trial.check("a race has one end", invariant: 7) { outcome in
            for start in try outcome.messages(of: RaceRequested.self) where !outcome.wasCanceled("race", start.id) {
                let ends = try outcome.messages(of: RaceEnded.self).filter { $0.id == start.id }
                guard ends.count == 1 else { return false }
            }
            return true
        }
    }

    /// Adds the promise that an errand undoes its last step first.
    func addOrderOfUndoing(to trial: Trial) {
        trial.check("what an errand has done is undone in reverse order") { outcome in
            let credited = outcome.records(of: Credited.self)
            for released in outcome.records(of: Released.self) {
                guard let after = credited.first(where: { $0.subject == released.subject }) else { continue }
                guard after.position > released.position else { return false }
            }
            return true
        }
    }

    private func addErrandPromises(to trial: Trial, _ list: @escaping (String) throws -> [Int]) {
        let bank = bank
        trial.check("an errand is done or undone, once, and never half", invariant: 1) { outcome in
            for start in try outcome.messages(of: ErrandRequested.self) {
                let id = start.id
                let isIntervened = outcome.hasSkipped("till/handlers")
                guard let row = outcome.instances.first(where: { $0.process == "errand" && $0.key == id }) else {
                    return false
                }
                guard row.status.isEnded || isIntervened else { return false }
                let charges = bank.acts.filter { $0 == "charge \(id)" }.count
                let withdrawn = try list("withdrawn/\(id)").count
                let credited = try list("credited/\(id)").count
                let (reserved, released) = (try list("reserved/\(id)").count, try list("released/\(id)").count)
                guard [charges, withdrawn, credited, reserved, released].allSatisfy({ $0 <= 1 }) else { return false }
                if isIntervened { continue }
                let ends = try outcome.messages(of: ErrandEnded.self).filter { $0.id == id }
                if row.status == .completed {
                    guard ends.count == 1, withdrawn == 1 else { return false }
                    guard charges == (ends[0].isDone ? 1 : 0), credited == (ends[0].isDone ? 0 : 1) else {
                        return false
                    }
                } else {
                    // A step that was under way when the errand was canceled is not completed, so it is not undone.
                    guard ends.isEmpty, credited <= withdrawn, released <= reserved else { return false }
                }
            }
            return true
        }
    }
}

extension TrialOutcome {
    fileprivate func wasCanceled(_ process: String, _ key: String) -> Bool {
        interventions.canceled[process]?.contains(key) ?? false
    }

    fileprivate func stoodStill(_ process: String, _ key: String) -> Bool {
        interventions.stoodStill[process]?.contains(key) ?? false
    }

    fileprivate func hasSkipped(_ subscription: String) -> Bool {
        !(interventions.skipped[subscription] ?? []).isEmpty
    }

    /// The readable messages of a type, in order, without those that a subscription skipped or could not take.
    ///
    /// - Parameter subscription: the subscription whose skipped messages and dead letters are left out.
    fileprivate func messages<Logged: Message>(
        of type: Logged.Type, but subscription: String
    ) throws -> [Logged] {
        let left = (interventions.skipped[subscription] ?? []).union(interventions.deadLetters[subscription] ?? [])
        return try messages(of: type) { !left.contains($0) }
    }
}
