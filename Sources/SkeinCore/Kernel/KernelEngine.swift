import SkeinStorage
internal import Logging

/// Runs the instances of one component: routes what comes in, lets machines react, and hands whole batches of reactions
/// to the committer. Effects leave when the batch is durable.
///
/// The engine drives parts that have state of their own: ``Router``, ``Reactor``, ``InstanceCache``,
/// ``TimerScheduler``, ``ActivityScheduler``. All state is confined to the engine's runner. The runner may block and
/// runs the user's process code, so reactions of one instance never overlap, and nothing is locked. A live machine is
/// the truth about its instance, the store about all others; so an instance may react to uncommitted state.
final class KernelEngine: Engine, ActionOwner, @unchecked Sendable {
    // Proof for `@unchecked`: the parts and the stored `var`s are touched only by `handle(_:)`, which the inbox calls
    // on the serial runner, and by the initializer, before anybody else has the engine. Other threads use the constants
    // of `kernel`, the inbox, and what has a lock of its own: `watch`, `calls`, the tracker of the place, and the
    // interest of `reactor.awaited`.

    let kernel: KernelContext
    let calls = KernelCalls()
    private let router: Router
    private let reactor: Reactor
    let instances: InstanceCache
    private let timers: TimerScheduler
    private let activities: ActivityScheduler
    private let housekeeping: Housekeeping
    let observers: OutcomeObservers
    private let mailboxes: MailboxDelivery
    private let actions: KernelActions
    /// Events that wait until an action is over.
    private var deferred: [Event] = []
    private let inbox: Inbox<Event>
    private var waiters = EngineWaiters()
    private var recovery = Recovery.timersAndActivities

    init(
        core: RuntimeCore, component: String, subscription: String, definitions: [any MachineDefinition],
        isCatchAll: Bool
    ) throws {
        let slot = EngineSlot<KernelEngine>()
        let inbox = Inbox<Event>(
            runner: core.environment.makeRunner(subscription), limit: core.configuration.reactionBatch
        ) { slot.engine?.handle($0) }
        self.inbox = inbox
        kernel = try KernelContext(
            core: core, component: component, subscription: subscription, definitions: definitions,
            isCatchAll: isCatchAll, post: { inbox.post($0) })
        instances = InstanceCache(kernel)
        timers = TimerScheduler(kernel)
        activities = ActivityScheduler(kernel, instances: instances)
        reactor = Reactor(
            kernel, instances: instances, timers: timers, activities: activities, awaited: try AwaitedTypes(kernel))
        housekeeping = Housekeeping(kernel, buffer: reactor.buffer, instances: instances)
        router = Router(kernel, reactor: reactor, housekeeping: housekeeping)
        observers = OutcomeObservers(kernel, instances: instances)
        mailboxes = MailboxDelivery(kernel, reactor: reactor, router: router)
        actions = KernelActions(kernel, reactor: reactor)
        slot.engine = self
    }

    var subscription: String { kernel.subscription }
    var component: String { kernel.component }
    var readPosition: Int64? { kernel.tracker.seen }
    var definitions: Definitions { kernel.definitions }
    var watch: ReactionWatch { kernel.watch }
    var core: RuntimeCore { kernel.core }

    func post(_ event: Event) {
        switch event {
        case .act, .observe, .whenSettled, .storePlace, .drain:
            if let admitted = calls.admit(event) { inbox.post(admitted) }
        case .forget(_, let observer):
            if let successor = calls.forget(observer) { successor.post(event) } else { inbox.post(event) }
        default:
            inbox.post(event)
        }
    }

    func start() {
        core.tail.observe(reactor.awaited.interest) { [weak self] in self?.post(.wake) }
        core.environment.gate?.register(subscription) { [weak self] in self?.post(.wake) }
        post(.recover)
        post(.wake)
    }

    func wake() { post(.wake) }

    func act(_ call: ActionCall) { post(.act(call)) }

    func storePlace(_ done: @escaping @Sendable () -> Void) { post(.storePlace(done)) }

    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }

    func abandon() {
        watch.fence()
        inbox.close()
    }

    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }

    /// Makes the kernel that replaces this one; it starts from the store.
    func successor() throws -> KernelEngine {
        try KernelEngine(
            core: core, component: component, subscription: subscription, definitions: definitions.all,
            isCatchAll: kernel.isCatchAll)
    }

    private var isSettled: Bool {
        core.hasFailed
            || recovery.isDone && actions.isIdle && router.isAtEnd && timers.isIdle && kernel.turn.isEmpty
                && kernel.isDurable
                && activities.isIdle
    }

    private func handle(_ events: [Event]) {
        if events.count <= PromptReturn.inputs { PromptReturn.promise() }
        do {
            try take(events)
            guard !watch.isFenced else { return leave() }
            if actions.isIdle { try proceed() }
            guard !watch.isFenced else { return leave() }
        } catch  where watch.isFenced {
            return leave()
        } catch {
            // An event that threw may have left half of its changes in the turn, and no later event may commit those.
            kernel.turn = KernelTurn()
            core.fail(error)
        }
        let hasDrained = waiters.answer(
            isSettled: isSettled, isDrained: kernel.isDurable && !activities.isRunning, place: kernel.place)
        // Otherwise the code of waiting instances would stay in memory as long as the process lives.
        if hasDrained { instances.abandon() }
    }

    /// Handles events. While an operator acts, those that might begin something wait.
    private func take(_ events: [Event]) throws {
        for event in events {
            guard actions.isIdle || event.isHarmless || core.hasFailed else {
                deferred.append(event)
                continue
            }
            try handle(event)
            guard !watch.isFenced else { return }
        }
        try act()
        guard actions.isIdle || core.hasFailed, !deferred.isEmpty, !watch.isFenced else { return }
        let waiting = deferred
        deferred = []
        try take(waiting)
    }

    /// Plans the next operator's action, if every commit of this kernel is durable.
    private func act() throws {
        guard !actions.isIdle, !core.hasFailed else { return }
        submit()
        guard kernel.isDurable else { return }
        try actions.proceed()
        submit()
    }

    /// Reads the log, and begins what is due.
    private func proceed() throws {
        try pull()
        if timers.awaitsLog { try fireTimers() }
        guard !watch.isFenced else { return }
        submit()
        instances.evictIfNeeded()
        if try PromptReturn.gathering({ try activities.startDue() }) { post(.wake) }
        submit()
    }

    /// Ends this kernel: another one took its instances over while its thread was in runaway code, or the runtime
    /// stopped without waiting for it.
    private func leave() {
        kernel.turn = KernelTurn()
        router.abandon()
        instances.abandon()
    }

    private func handle(_ event: Event) throws {
        switch event {
        case .wake:
            break
        case .activityEnded(let id, let run, let attempt, let result):
            if let input = try activities.ended(id, run: run, attempt: attempt, result) {
                try reactor.deliver(input, to: id.instance)
            }
        case .activitiesDue:
            activities.clearAlarm()
        case .activityReadmitted(let id):
            activities.readmit(id)
        case .timersDue:
            timers.clearAlarm()
            try fireTimers()
        case .committed(let ticket, let starts):
            committed(ticket, starts)
        case .recover:
            try recover()
        case .reconsider(let instance):
            try mailboxes.reconsider(instance)
        case .tidy:
            try housekeeping.tidy()
        case .escaped(let instance):
            try instances.escaped(instance)
        case .retryDeadLetters(let key):
            try router.retryDeadLetters(of: key)
        case .observe(let observer):
            try observers.add(observer)
        case .forget(let identity, let observer):
            observers.remove(observer, of: identity)
        case .act(let call):
            actions.add(call)
        case .whenSettled(let done):
            waiters.waitForRest(done)
        case .storePlace(let done):
            waiters.waitForPlace(done)
        case .drain(let done):
            kernel.isClosing = true
            waiters.waitForDrain(done)
        }
    }

    private func committed(_ ticket: UInt64, _ starts: CommittedStarts) {
        for event in kernel.committed(ticket) { inbox.post(event) }
        reactor.buffer.committed()
        instances.mailboxes.committed()
        router.committed()
        activities.committed(starts.activities, with: ticket)
        for row in starts.ended { observers.ended(row) }
        if !starts.timers.isEmpty { timers.arm(starts.timers) }
    }

    /// Hands the turn to the committer as one unit, and goes on. A kernel that has nothing else to do commits on its
    /// own thread.
    private func submit() {
        guard !kernel.turn.isEmpty, !core.hasFailed else { return }
        let (turn, ticket) = kernel.closeTurn()
        for id in turn.touched { instances[id]?.ticket = ticket }
        let isFree = router.isAtEnd && inbox.isEmpty
        let watch = watch
        let handOver = watch.unlessFenced {
            core.committer.enqueue(
                turn.unit, handled: .init(tracker: kernel.tracker, positions: turn.positions), here: isFree
            ) { [post = kernel.post] outcome in
                for answer in turn.answers { answer(outcome) }
                guard case .committed = outcome, !watch.isFenced else { return }
                post(.committed(ticket: ticket, turn.starts))
            }
        }
        handOver?.run()
    }

    private func pull() throws {
        var routed = 0
        while true {
            // A chunk whose instances all refuse the message has no commit that would continue the delivery.
            while router.delivery != nil, !kernel.isClosing, kernel.hasRoom {
                try router.resume()
                submit()
            }
            guard !kernel.isClosing, router.delivery == nil, kernel.hasRoom, try router.hasMore() else { return }
            routed += try router.routeTaken()
            submit()
            kernel.place.store()
            // Other inputs get their turn between two batches.
            if routed >= core.configuration.reactionBatch { return post(.wake) }
        }
    }

    private func fireTimers() throws {
        guard let due = try timers.due(routedThrough: router.routedThrough) else {
            // The store may have a message that this process has not been told of yet. If it is of no interest here,
            // nothing else would wake the kernel.
            if let position = timers.awaitedPosition { reactor.awaited.interest.wakeOnce(at: position) }
            return
        }
        // The mailbox of an instance that catches up comes before its timers, which are read again after that.
        for timer in due where !kernel.isClosing {
            guard let instance = try instances.load(timer.instance), instance.reacts else { continue }
            try reactor.react(instance, .timer(op: timer.seq, purpose: timer.purpose, due: timer.due))
        }
        guard timers.fired(due) else { return }
        submit()
        post(.timersDue)
    }

    /// Reads from the store what must happen next, a part at a time, so that other work goes on meanwhile.
    private func recover() throws {
        switch recovery {
        case .timersAndActivities:
            if !kernel.servesEntities {
                try timers.read()
                post(.timersDue)
                try activities.recover()
            }
            recovery = .mailboxes(after: 0)
        case .mailboxes(let seq):
            let end = try mailboxes.reconsiderMailboxes(after: seq)
            recovery = end.map { .mailboxes(after: $0) } ?? .deadLetters(after: .start)
        case .deadLetters(let cursor):
            let end = try router.recoverDeadLetters(after: cursor)
            recovery = end.map { .deadLetters(after: $0) } ?? .done
            if end == nil { post(.tidy) }
        case .done:
            return
        }
        post(.recover)
    }
}

/// How far the kernel has read from the store, after its start, what must happen next.
private enum Recovery {
    case timersAndActivities
    /// Next are the mailbox entries after a sequence number, of instances that run or have ended.
    case mailboxes(after: Int64)
    /// The dead letters to be retried, as an operator decided while no runtime ran.
    case deadLetters(after: ParkedDueCursor)
    case done

    var isDone: Bool { if case .done = self { true } else { false } }
}
