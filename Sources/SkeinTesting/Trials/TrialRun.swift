import Logging
import SkeinCore
import Synchronization

/// Carries out one plan.
final class TrialRun {
    let plan: TrialPlan
    let trial: Trial
    let store: TrialStore
    let clock: VirtualClock
    let story: TrialStory
    let ledger: TrialLedger
    var executor: SimulatedExecutor
    /// `nil` between two processes.
    var runtime: Runtime?
    var lives: UInt64 = 0
    /// What operators had done when everything came to rest.
    private var interventions = TrialInterventions()
    let operators = TrialOperators()
    private let runtimeRandom: RandomBox
    private var random: SeededRandom
    private var isAdverse: Bool
    private var steps = 0

    /// What the story tells need not be logged, too.
    private static let logger = Logger(label: "skein.trial") { _ in SwiftLogNoOpLogHandler() }

    /// How much work a run may take before it counts as one that never comes to rest.
    private static let limit = 400_000

    init(_ plan: TrialPlan, of search: TrialSearch, isTold: Bool) throws {
        self.plan = plan
        clock = VirtualClock(start: Simulation.Options().start)
        let base = try search.makeStore()
        trial = Trial(seed: plan.seed, clock: clock, store: base)
        let box = TrialLedgerBox()
        trial.onCall = { box.ledger?.called($0) }
        search.describe(trial)
        story = TrialStory(isTold: isTold, clock: clock)
        ledger = TrialLedger(interest: TrialInterest(trial.makeComponents()), clock: clock, story: story)
        box.ledger = ledger
        store = TrialStore(base, ledger: ledger)
        random = SeededRandom(seed: plan.seed ^ 0x5851_f42d_4c95_7f2d)
        runtimeRandom = RandomBox(seed: plan.seed)
        executor = SimulatedExecutor()
        isAdverse = !plan.isOrderly
    }

    /// Runs the plan to its end, or to the first broken promise.
    func run() -> [TrialViolation] {
        open(limits: plan.limits)
        for event in plan.events {
            pass(event.pause)
            if !ledger.violations.isEmpty { return ledger.violations }
            perform(event.action)
        }
        if ledger.violations.isEmpty { recuperate() }
        if ledger.violations.isEmpty { finish() }
        return ledger.violations
    }

    func open(limits: UInt64?) {
        lives += 1
        trial.unanswered.begin(lives)
        operators.begin(lives)
        store.heal()
        (store.inner as? MemoryStore)?.failReads(from: nil)
        clock.dropAlarms()
        let executor = SimulatedExecutor(seed: isAdverse ? plan.seed &+ lives &* 0x9e37_79b9_7f4a_7c15 : nil)
        self.executor = executor
        let (store, random) = (store, runtimeRandom)
        var environment = RuntimeEnvironment(
            clock: clock, makeRunner: { _ in executor.makeRunner() }, executor: executor, random: { random.next() })
        environment.survivesCommit = {
            guard store.isDead else { return true }
            executor.halt()
            return false
        }
        var configuration = TrialPlan.configuration(limits)
        configuration.deliversTwice = plan.deliversTwice
        do {
            let runtime = try Runtime(
                store: store, environment: environment, configuration: configuration, logger: Self.logger,
                components: trial.makeComponents())
            self.runtime = runtime
            runtime.start()
        } catch {
            ledger.violated(TrialViolation(0, "the runtime does not open: \(error)"))
        }
    }

    /// The process is gone, with everything that was only in its memory.
    func kill() {
        executor.halt()
        runtime = nil
    }

    /// Goes on by one piece of work.
    ///
    /// - Returns: whether there was anything to do at this moment.
    func step() -> Bool {
        steps += 1
        if executor.isHalted || store.isDead {
            kill()
            story.tell("the process was killed at a commit; it starts again")
            open(limits: drawLimits())
            return true
        }
        if let failure = runtime?.failure {
            story.tell("the runtime has ended (\(failure)); it starts again")
            kill()
            open(limits: drawLimits())
            return true
        }
        if isAdverse {
            let draw = random.next()
            // Time goes by while work lies about, and what is due comes before what was there.
            if draw % 29 == 0 { clock.shift(by: .milliseconds(Int64(draw >> 32 % 700))) }
            if draw % 31 == 0 { clock.shift(by: .seconds(Int64(draw >> 32 % 4000))) }
            if draw % 3 == 0, clock.fireDue() { return true }
        }
        return executor.runNext() || clock.fireDue()
    }

    private func drawLimits() -> UInt64? {
        guard isAdverse else { return plan.limits }
        let draw = random.next()
        return draw % 4 == 0 ? nil : draw
    }

    private func pass(_ pause: TrialEvent.Pause) {
        switch pause {
        case .steps(let count):
            for _ in 0..<count where ledger.violations.isEmpty {
                if step() { continue }
                guard let next = clock.nextAlarm else { return }
                clock.advance(to: next)
            }
        case .time(let seconds):
            run(for: .seconds(seconds))
        }
    }

    /// Lets time pass, with everything that is due on the way.
    func run(for duration: Duration) {
        let end = clock.now.advanced(by: duration)
        while ledger.violations.isEmpty {
            guard steps < Self.limit else {
                return ledger.violated(TrialViolation(0, "the run does not come to rest after \(steps) steps"))
            }
            if step() { continue }
            guard let next = clock.nextAlarm, next <= end else { break }
            clock.advance(to: next)
        }
        if clock.now < end { clock.shift(by: end.since(clock.now)) }
    }

    private func perform(_ action: TrialEvent.Action) {
        switch action {
        case .input(let number): input(number)
        case .crash(let crash, let limits): self.crash(crash, limits: limits)
        case .restart(let operations, let limits):
            stop()
            for operation in operations { operateOnClosedStore(operation) }
            story.tell("the process starts again")
            open(limits: limits)
        case .operate(let operation): operate(operation)
        case .storeFault(let fault):
            story.tell("the next commit fails (\(fault.rawValue))")
            store.failAtCommit(fault)
        case .readFault(let count):
            story.tell("a read fails soon")
            (store.inner as? MemoryStore)?.failReads(from: count)
        case .outside(let system, let weather):
            guard trial.weathers.indices.contains(system) else { return }
            story.tell("outside system \(system) is \(weather.rawValue)")
            trial.weathers[system].turn(weather)
        case .clockJump(let seconds):
            story.tell("the clock jumps by \(seconds) s")
            clock.shift(by: .seconds(seconds))
            if seconds < 0 { ledger.clockWentBack() }
        }
    }

    private func crash(_ crash: TrialCrash, limits: UInt64?) {
        switch crash {
        case .now:
            story.tell("the process is killed; it starts again")
            kill()
            open(limits: limits)
        case .beforeCommit, .afterCommit:
            store.crashAtCommit(crash)
        }
    }

    private func input(_ number: Int) {
        guard trial.inputs.indices.contains(number) else { return }
        let (name, body) = trial.inputs[number]
        story.tell("a client: \(name)")
        perform(name, body)
    }

    /// Runs asynchronous code of a client or an operator beside everything else.
    func perform(_ name: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        guard let runtime else { return }
        let story = story
        Task(executorPreference: executor) {
            do { try await body(runtime) } catch { story.tell("\(name): \(error)") }
        }
    }

    /// Ends the process in order.
    func stop() {
        guard let runtime else { return }
        story.tell("the process is asked to stop")
        let done = TrialFlag()
        Task(executorPreference: executor) {
            await runtime.stop()
            done.set()
        }
        let life = lives
        while ledger.violations.isEmpty, !done.isSet, lives == life, steps < Self.limit {
            if step() { continue }
            guard let next = clock.nextAlarm else { break }
            clock.advance(to: next)
        }
        story.tell("the process has stopped")
        kill()
    }

    /// Everything is well again: outside systems answer, and operators deal with what is left.
    private func recuperate() {
        story.tell("everything is well again")
        store.heal()
        (store.inner as? MemoryStore)?.failReads(from: nil)
        for weather in trial.weathers { weather.turn(.fine) }
        for round in 0..<60 where ledger.violations.isEmpty {
            run(for: .hours(12))
            let left = repairs(round: round)
            guard !left.isEmpty else { break }
            for action in left { act("everything well again") { _ = try await $0.perform(action) } }
        }
        run(for: .days(60))
        // What follows only looks at the instances: nobody has to leave it out of what is promised.
        interventions = ledger.interventions
        lookAtEveryInstance()
        run(for: .minutes(1))
        checkAnswers()
        checkRest()
    }

    /// What was to happen has happened before the process starts once more: a start finds all of it in the store, and
    /// so makes up for what a running process has forgotten.
    private func checkRest() {
        guard let runtime, ledger.violations.isEmpty else { return }
        ledger.rested()
        let left = runtime.messagesInHand
        guard left != 0, ledger.violations.isEmpty else { return }
        ledger.violated(TrialViolation(10, "the handlers have \(left) messages in hand, and do nothing about them"))
    }

    /// Operators stop every instance and let it go on: each must be at rest by now, and answer.
    private func lookAtEveryInstance() {
        for row in ledger.instances where row.status == .running {
            act("instance \(row.id)") { runtime in
                try await runtime.suspend(instance: row.id)
                try await runtime.resume(instance: row.id)
            }
        }
    }

    /// Each question whose time was over has no answer in the log, or one that was counted as late.
    private func checkAnswers() {
        checkOperators()
        guard let runtime, ledger.violations.isEmpty else { return }
        let answered = trial.unanswered.ids.filter { ledger.hasAnswer(to: $0) }
        guard runtime.counts.lateAnswers < answered.count, let first = answered.first else { return }
        ledger.violated(
            TrialViolation(
                1, "the answer to the question \(first) is in the log; it was neither handed over nor counted as late"))
    }

    /// What an operator has to do before everything can go on: what retrying does not cure is skipped in the end.
    private func repairs(round: Int) -> [OperatorAction] {
        let systems = (try? store.makeReader().heldSystems()) ?? []
        let suspended = ledger.instances.filter { $0.status == .suspended }
        let open = ledger.openIncidents.filter { $0.kind != "message" }
        return systems.map { OperatorAction.resumeSystem($0) } + suspended.map { .resume(instance: $0.id) }
            + open.map { incident in
                let isHopeless = incident.kind == "handler" && incident.nextAttempt == nil && round >= 4
                return isHopeless ? .skip(incident: incident.id) : .retry(incident: incident.id)
            }
    }

    /// Starts once more in order, lets every instance be replayed, and checks what must hold at rest.
    private func finish() {
        isAdverse = false
        stop()
        open(limits: nil)
        run(for: .seconds(1))
        lookAtEveryInstance()
        run(for: .hours(1))
        checkOperators()
        stop()
        guard ledger.violations.isEmpty else { return }
        do {
            let reader = try store.makeReader()
            ledger.settled(logEnd: try reader.highWater().position)
            let outcome = TrialOutcome(reader: reader, ledger: ledger, interventions: interventions)
            for promise in trial.promises where try !promise.holds(outcome) {
                ledger.violated(TrialViolation(promise.invariant, promise.text))
            }
        } catch {
            ledger.violated(TrialViolation(0, "the end cannot be checked: \(error)"))
        }
    }
}

/// Set once, read from anywhere.
private final class TrialFlag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// The ledger, for those that are made before it.
private final class TrialLedgerBox: Sendable {
    private let slot = Mutex<TrialLedger?>(nil)
    var ledger: TrialLedger? {
        get { slot.withLock { $0 } }
        set { slot.withLock { $0 = newValue } }
    }
}
