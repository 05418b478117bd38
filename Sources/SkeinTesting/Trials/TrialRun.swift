import SkeinActions
import SkeinStorage
import Logging
import SkeinCore
import Synchronization

/// Carries out one plan, on the calling thread.
final class TrialRun {
    let plan: TrialPlan
    let trial: Trial
    let store: TrialStore
    let clock: VirtualClock
    let story: TrialStory
    let ledger: TrialLedger
    var executor: SimulatedExecutor
    /// The runtime of the present process; `nil` between two processes.
    var runtime: Runtime?
    /// The number of the present process, from 1.
    var process: UInt64 = 0
    /// What operators had done before ``suspendAndResumeEveryInstance()``.
    private var interventions = TrialInterventions()
    let operators = OperatorCalls()
    private let runtimeRandom: RandomBox
    private var random: SeededRandom
    /// Whether the order of work, the passing of time and the limits of later processes are drawn at random.
    private var isAdverse: Bool
    private var steps = 0

    /// Logs nothing: the story tells what happens.
    private static let logger = Logger(label: "skein.trial") { _ in SwiftLogNoOpLogHandler() }

    /// How many steps a run may take before it counts as one that never comes to rest.
    private static let limit = 400_000

    init(_ plan: TrialPlan, of search: TrialSearch, isTold: Bool) throws {
        self.plan = plan
        clock = VirtualClock(start: Simulation.Options().start)
        let base = try search.makeStore()
        trial = Trial(seed: plan.seed, clock: clock, store: base)
        let box = LedgerBox()
        trial.onCall = { box.ledger?.called($0, $1) }
        trial.onRefusal = { box.ledger?.report(TrialViolation(0, $0)) }
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
    ///
    /// - Returns: the violations found, in order; empty when every promise holds.
    func run() -> [TrialViolation] {
        open(limits: plan.limits)
        for event in plan.events {
            pass(event.pause)
            if !ledger.violations.isEmpty { return ledger.violations }
            perform(event.action)
        }
        if ledger.violations.isEmpty { heal() }
        if ledger.violations.isEmpty { restartAndCheckEnd() }
        return ledger.violations
    }

    /// Starts the next process on the store.
    ///
    /// - Parameter limits: decides the limits of its runtime; `nil` for the defaults.
    func open(limits: UInt64?) {
        process += 1
        trial.unanswered.begin(process)
        operators.begin(process)
        store.heal()
        (store.inner as? MemoryStore)?.failReads(from: nil)
        clock.dropAlarms()
        let executor = SimulatedExecutor(seed: isAdverse ? plan.seed &+ process &* 0x9e37_79b9_7f4a_7c15 : nil)
        self.executor = executor
        let (store, random) = (store, runtimeRandom)
        var environment = RuntimeEnvironment(
            clock: clock, makeRunner: { _ in executor.makeRunner() }, executor: executor, random: { random.next() })
        environment.survivesCommit = { _, _ in
            guard store.isDead else { return true }
            executor.halt()
            return false
        }
        environment.commitsOnEngines = commitsOnEngines()
        var configuration = TrialPlan.configuration(limits, systems: trial.systemNames)
        configuration.deliversTwice = plan.deliversTwice
        if !trial.trimsLog { configuration.logRetention = nil }
        do {
            let runtime = try Runtime(
                store: store, environment: environment, configuration: configuration, logger: Self.logger,
                components: trial.makeComponents())
            self.runtime = runtime
            runtime.start()
        } catch {
            ledger.report(TrialViolation(0, "the runtime does not open: \(error)"))
        }
    }

    /// Whether engines commit on their own threads: in each process never, always, or now and then.
    private func commitsOnEngines() -> @Sendable () -> Bool {
        guard isAdverse else { return { false } }
        let random = RandomBox(seed: plan.seed ^ process &* 0xd1b5_4a32_d192_ed03)
        let share = random.next() % 3
        return { share == 1 ? random.next() % 2 == 0 : share == 2 }
    }

    /// Ends the process at once, with everything that was only in its memory.
    func kill() {
        executor.halt()
        runtime = nil
    }

    /// Runs one piece of work or fires the alarms that are due; starts the next process if this one has died.
    ///
    /// - Returns: whether there was anything to do without moving the clock on.
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
            // The clock may move on while work waits, and an alarm may go off before that work.
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

    /// Lets a duration pass on the clock, with all work and all alarms on the way.
    func run(for duration: Duration) {
        let end = clock.now.advanced(by: duration)
        while ledger.violations.isEmpty {
            guard steps < Self.limit else {
                return ledger.report(TrialViolation(0, "the run does not come to rest after \(steps) steps"))
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
            if seconds < 0 { ledger.noteClockWentBack() }
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

    /// Starts asynchronous code of a client or an operator; it runs among the work of the runtime.
    func perform(_ name: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        guard let runtime else { return }
        let story = story
        Task(executorPreference: executor) {
            do { try await body(runtime) } catch { story.tell("\(name): \(error)") }
        }
    }

    /// Stops the process gracefully, however long its drain takes on the clock.
    func stop() {
        guard let runtime else { return }
        story.tell("the process is asked to stop")
        let done = Flag()
        Task(executorPreference: executor) {
            await runtime.stop()
            done.set()
        }
        let stopping = process
        while ledger.violations.isEmpty, !done.isSet, process == stopping, steps < Self.limit {
            if step() { continue }
            guard let next = clock.nextAlarm else { break }
            clock.advance(to: next)
        }
        story.tell("the process has stopped")
        kill()
    }

    /// Ends all faults, lets operators repair what is left, and checks that nothing is left to do.
    private func heal() {
        story.tell("all faults are over")
        store.heal()
        (store.inner as? MemoryStore)?.failReads(from: nil)
        for weather in trial.weathers { weather.turn(.fine) }
        for round in 0..<60 where ledger.violations.isEmpty {
            run(for: .hours(12))
            checkSystems()
            let left = repairs(round: round)
            guard !left.isEmpty else { break }
            for action in left { act(action.text) { _ = try await $0.perform(action) } }
        }
        run(for: .days(60))
        // The suspensions that follow change no instance, so no promise has to leave them out.
        interventions = ledger.interventions
        // Before operators touch the instances, which makes up for a wake-up that was lost.
        checkRest()
        guard ledger.violations.isEmpty else { return }
        suspendAndResumeEveryInstance()
        run(for: .minutes(1))
        checkAnswers()
        checkRest()
    }

    /// Checks that the process takes those outside systems for suspended that are so in the store.
    private func checkSystems() {
        guard let runtime, let held = try? store.makeReader().suspendedSystems() else { return }
        for system in runtime.suspendedSystems.symmetricDifference(held).sorted() {
            let state = held.contains(system) ? "is" : "is not"
            ledger.report(
                TrialViolation(10, "'\(system)' \(state) suspended in the store, and the process does not know it"))
        }
    }

    /// Checks that nothing is left to do before the process is restarted. A restart would hide what a running process
    /// has forgotten, because a new process finds it in the store.
    private func checkRest() {
        guard let runtime, ledger.violations.isEmpty else { return }
        ledger.checkRest()
        let left = runtime.messagesInHand
        guard left != 0, ledger.violations.isEmpty else { return }
        ledger.report(TrialViolation(10, "handlers have \(left) messages in memory and do nothing about them"))
    }

    /// Lets operators suspend and resume every running instance. Each must answer; after a restart each is replayed.
    private func suspendAndResumeEveryInstance() {
        for row in ledger.instances where row.status == .running {
            act("suspend and resume instance \(row.id)") { runtime in
                try await runtime.suspend(instance: row.id)
                try await runtime.resume(instance: row.id)
            }
        }
    }

    /// Checks that every operator has an answer, and that the log holds no answer to a question that timed out unless
    /// the runtime counted that answer as late.
    private func checkAnswers() {
        checkOperators()
        guard let runtime, ledger.violations.isEmpty else { return }
        let answered = trial.unanswered.ids.filter { ledger.hasAnswer(to: $0) }
        guard runtime.counts.lateAnswers < answered.count, let first = answered.first else { return }
        ledger.report(
            TrialViolation(
                1, "the answer to question \(first) is in the log but was neither delivered nor counted as late"))
    }

    /// What operators do so that everything can continue. From the fifth round on they skip messages that still fail.
    private func repairs(round: Int) -> [OperatorAction] {
        let systems = (try? store.makeReader().suspendedSystems()) ?? []
        let suspended = ledger.instances.filter { $0.status == .suspended }
        let open = ledger.openIncidents.filter { $0.kind != "message" }
        return systems.map { OperatorAction.resumeSystem($0) } + suspended.map { .resume(instance: $0.id) }
            + open.map { incident in
                let isHopeless = incident.kind == "handler" && incident.nextAttempt == nil && round >= 4
                return isHopeless ? .skip(incident: incident.id) : .retry(incident: incident.id)
            }
    }

    /// Restarts the process gracefully, has every instance replayed, and checks the end of the trial.
    private func restartAndCheckEnd() {
        isAdverse = false
        stop()
        open(limits: nil)
        run(for: .seconds(1))
        suspendAndResumeEveryInstance()
        run(for: .hours(1))
        checkOperators()
        stop()
        guard ledger.violations.isEmpty else { return }
        do {
            let reader = try store.makeReader()
            ledger.checkEnd(logEnd: try reader.highWater().position)
            let outcome = TrialOutcome(reader: reader, ledger: ledger, interventions: interventions)
            for promise in trial.promises where try !promise.holds(outcome) {
                ledger.report(TrialViolation(promise.invariant, promise.text))
            }
        } catch {
            ledger.report(TrialViolation(0, "the end cannot be checked: \(error)"))
        }
    }
}

/// A flag that asynchronous code sets and the run reads.
private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// Holds the ledger for outside systems: they are made before it, and report their calls to it.
private final class LedgerBox: Sendable {
    private let slot = Mutex<TrialLedger?>(nil)
    var ledger: TrialLedger? {
        get { slot.withLock { $0 } }
        set { slot.withLock { $0 = newValue } }
    }
}
