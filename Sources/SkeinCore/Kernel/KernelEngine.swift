#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
internal import Logging
internal import Synchronization

/// Runs the instances of one component: routes what comes in, lets machines react, and hands whole batches of reactions
/// to the committer. Effects leave when the batch is durable.
///
/// All state is confined to the engine's runner, which may block and which runs the user's process code; reactions to
/// one instance therefore never overlap. A live machine is the truth about its instance, the store about all others, so
/// nothing has to be locked and reactions to uncommitted state are possible.
final class KernelEngine: Engine, @unchecked Sendable {
    // Proof for `@unchecked`: stored `var`s are touched only by `handle(_:)`, which the inbox calls on the serial
    // runner, but for the inbox itself, which is set once in the initializer; what other threads need is in `watch` and
    // `calls`, behind their mutexes.

    enum Event: Sendable {
        case wake
        case activityEnded(WaitCursor, run: UInt64, attempt: Int, Result<ActivityOutcome, any Error>)
        case activityDue(instance: Int64, op: Int64)
        case timersDue
        case committed(ticket: UInt64, ActivityStarts)
        /// Something in the store was changed for an instance by an operator.
        case reconsider(instance: Int64)
        case escaped(instance: Int64)
        /// Time to remove what need not be kept any longer.
        case tidy
        /// An operator has released set-aside messages of a key.
        case release(key: String)
        case observe(OutcomeObserver)
        case forget(InstanceKey, observer: UInt64)
        case operate(InstanceOperation, instance: Int64, done: @Sendable (String?) -> Void)
        case whenSettled(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }

    let subscription: String
    let component: String
    let core: RuntimeCore
    let definitions: Definitions
    /// Whether the instances of this engine are the entities of the component, or all the others. The two share the
    /// component's rows in the store, and only the others have waits, timers and activities.
    let servesEntities: Bool
    /// Whether unknown commands to the component are set aside here, since no handlers are there to do it.
    let isCatchAll: Bool
    let tracker: PositionTracker
    let reader: any StoreReader
    let logger: Logger

    var feed: Feed
    var live = LiveInstances()
    /// Message types that any instance waits for; others are passed by without a query.
    var awaitedTypes: Set<MessageName>
    private let interest: LogInterest
    var turn = KernelTurn()
    var ticket: UInt64 = 0
    var committedTicket: UInt64 = 0
    /// Whether nothing more is taken in, for good.
    var isClosing = false
    /// Whom to tell when what is under way has ended.
    private var drained: (@Sendable () -> Void)?
    private var settleWaiters: [@Sendable () -> Void] = []
    var activities: ActivityBoard
    var window: TimerWindow
    var observers: [InstanceKey: [OutcomeObserver]] = [:]
    /// The message that is being delivered to more instances than one commit should hold.
    var delivery: Delivery?
    /// Whether no message has been delivered in full since the start; the first one may have been in part before.
    var isFirstDelivery = true
    /// Released messages that have been routed again, with the commit that takes them out of the store.
    var rerouted: [Int64: UInt64] = [:]
    /// Events that need what is on its way to be durable first.
    var deferred: [Event] = []
    var alarm: (due: Timestamp, token: TimerService.Token)?
    /// The messages that the due timers wait for; `nil` when no timer is due.
    var hold: TimerHold?
    var kept = KeptMessages()
    /// The mailbox entries that have been taken, with the ticket of the commit that removes them from the store.
    var takenFromMailbox: [Int64: UInt64] = [:]
    /// Messages on their way to be set aside, by their places in the log: whom they concern, and the commit.
    var beingParked: [Int64: (concerns: [String], ticket: UInt64)] = [:]
    /// Whether there is a wake-up for removing what need not be kept.
    var isTidyPlanned = false
    /// Records taken from the feed and not routed yet.
    var backlog: ArraySlice<Record> = []
    /// How many messages of no interest have been passed by since a place was last stored.
    var skipped = 0
    let watch: ReactionWatch
    let calls = KernelCalls()
    private var inboxSlot: Inbox<Event>?

    /// How many commits may be on their way; reactions go on while earlier ones are made durable.
    static let pipelineDepth: UInt64 = 4

    init(
        core: RuntimeCore, component: String, subscription: String, definitions: [any MachineDefinition],
        isCatchAll: Bool
    ) throws {
        self.isCatchAll = isCatchAll
        (self.core, self.component, self.subscription) = (core, component, subscription)
        self.definitions = Definitions(definitions)
        servesEntities = definitions.contains { $0.notation == .entity }
        logger = core.logger
        reader = try core.store.makeReader()
        let row = try reader.position(of: subscription)
        tracker = PositionTracker(subscription: subscription, row: row)
        feed = Feed(subscription: subscription, from: row?.position ?? 0, core: core, reader: reader)
        awaitedTypes = servesEntities ? [] : Set(try reader.waitTypes(component: component))
        let catalogue = core.catalogue
        interest = LogInterest(Array(self.definitions.triggers.keys) + awaitedTypes) {
            isCatchAll && catalogue.isUnknown($0, to: component)
        }
        activities = ActivityBoard(limit: core.configuration.concurrentActivities)
        window = TimerWindow(limit: core.configuration.timersInMemory)
        watch = ReactionWatch(core: core)
        inboxSlot = Inbox(runner: core.environment.makeRunner(subscription), limit: core.configuration.reactionBatch) {
            [weak self] in self?.handle($0)
        }
    }

    func post(_ event: Event) {
        switch event {
        case .operate, .observe, .whenSettled, .drain:
            if let admitted = calls.admit(event) { inboxSlot?.post(admitted) }
        case .forget(_, let observer):
            if let successor = calls.forget(observer) { successor.post(event) } else { inboxSlot?.post(event) }
        default:
            inboxSlot?.post(event)
        }
    }

    func start() {
        core.tail.observe(interest) { [weak self] in self?.post(.wake) }
        core.environment.gate?.register(subscription) { [weak self] in self?.post(.wake) }
        post(.reconsider(instance: 0))
        post(.wake)
    }

    func wake() { post(.wake) }

    /// Takes note of a type that an instance waits for now. Messages of it that were appended before are read when the
    /// commit that holds the wait is durable.
    func noteAwaited(_ type: MessageName) {
        guard awaitedTypes.insert(type).inserted else { return }
        interest.add(type)
    }

    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }

    func abandon() {
        watch.fence()
        inboxSlot?.close()
    }

    private var isSettled: Bool {
        core.hasFailed
            || feed.isAtEnd && backlog.isEmpty && delivery == nil && hold == nil && turn.isEmpty
                && ticket == committedTicket && activities.isIdle
    }

    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }

    /// A kernel that takes the place of this one, from the store.
    func successor() throws -> KernelEngine {
        try KernelEngine(
            core: core, component: component, subscription: subscription, definitions: definitions.all,
            isCatchAll: isCatchAll)
    }

    private func handle(_ events: [Event]) {
        do {
            for event in events {
                try handle(event)
                guard !watch.isFenced else { return leave() }
            }
            try pull()
            if hold?.isOver == false { try fireTimers() }
            guard !watch.isFenced else { return leave() }
            submit()
            evictIfNeeded()
            startActivities()
        } catch  where watch.isFenced {
            return leave()
        } catch {
            // What was reacted to in part must not be committed by a later event; a restart finds it undone.
            turn = KernelTurn()
            core.fail(error)
        }
        if !settleWaiters.isEmpty, isSettled {
            for done in settleWaiters { done() }
            settleWaiters = []
        }
        if let done = drained, ticket == committedTicket, !activities.isRunning {
            drained = nil
            core.committer.submit(CommitUnit(), handled: .init(tracker: tracker, positions: [])) { _ in done() }
        }
    }

    /// The thread has come back from code that took too long: another kernel has the instances by now.
    private func leave() {
        turn = KernelTurn()
        backlog = []
        for instance in live.all {
            live.remove(instance.row.id)
            instance.machine.retire()
        }
    }

    private func handle(_ event: Event) throws {
        switch event {
        case .wake:
            break
        case .activityEnded(let id, let run, let attempt, let result):
            try activityEnded(id, run, attempt, result)
        case .activityDue(let instance, let op):
            activities.enqueue(.init(instance: instance, seq: op))
        case .timersDue:
            // This event may come from elsewhere than the alarm, which is then no longer needed.
            if let alarm { core.timers.cancel(alarm.token) }
            alarm = nil
            try fireTimers()
        case .committed(let ticket, let starts):
            committedTicket = max(committedTicket, ticket)
            kept.forget(through: committedTicket)
            if !takenFromMailbox.isEmpty {
                takenFromMailbox = takenFromMailbox.filter { $0.value > committedTicket }
            }
            if !beingParked.isEmpty {
                beingParked = beingParked.filter { $0.value.ticket > committedTicket }
            }
            let waiting = deferred
            deferred = []
            for event in waiting { inboxSlot?.post(event) }
            for start in starts.activities where activities.isDurable(start, with: ticket) { activities.enqueue(start) }
            for (row, result) in starts.ended { notify(row, result: result) }
            if !starts.timers.isEmpty { arm(starts.timers) }
        case .reconsider(0):
            try recover()
        case .reconsider(let instance):
            try reconsider(instance)
        case .tidy:
            try tidy()
        case .escaped(let instance):
            try escaped(instance)
        case .release(let key):
            try release(key: key)
        case .observe(let observer):
            try observe(observer)
        case .forget(let identity, let observer):
            forget(observer, of: identity)
        case .operate(let operation, let instance, let done):
            try operate(operation, on: instance, done: done)
        case .whenSettled(let done):
            settleWaiters.append(done)
        case .drain(let done):
            (isClosing, drained) = (true, done)
        }
    }

    /// Hands over what has been reacted to so far as one unit, and goes on.
    func submit() {
        guard !turn.isEmpty, !core.hasFailed else { return }
        let finished = turn
        turn = KernelTurn()
        ticket += 1
        let number = ticket
        for id in finished.touched { live[id]?.ticket = number }
        let watch = watch
        let isFree = backlog.isEmpty && feed.isAtEnd && inboxSlot?.isEmpty ?? false
        let handOver = watch.unlessFenced {
            core.committer.enqueue(
                finished.unit, handled: .init(tracker: tracker, positions: finished.positions), here: isFree
            ) { [weak self] outcome in
                for answer in finished.answers { answer(outcome.problem) }
                guard case .committed = outcome, !watch.isFenced else { return }
                self?.post(.committed(ticket: number, finished.starts))
            }
        }
        handOver?.run()
    }

    /// A subscription that is interested in little still moves on, so that a restart does not read the same again.
    private func storePlaceIfFarBehind() {
        guard skipped >= 10_000 else { return }
        skipped = 0
        watch.unlessFenced {
            core.committer.submit(CommitUnit(), handled: .init(tracker: tracker, positions: []))
        }
    }

    private func pull() throws {
        var routed = 0
        while true {
            // A chunk whose instances all refuse the message has no commit that would continue the delivery.
            try continueDelivery()
            guard !isClosing, delivery == nil, ticket - committedTicket < Self.pipelineDepth else { return }
            if backlog.isEmpty {
                backlog = try feed.next(limit: core.configuration.reactionBatch)[...]
                if backlog.isEmpty { return }
            }
            while delivery == nil, let record = backlog.popFirst() {
                try route(record)
                routed += 1
                if turn.unit.writes.count >= 4096 { break }
            }
            submit()
            storePlaceIfFarBehind()
            // Other inputs get their turn between two batches.
            if routed >= core.configuration.reactionBatch { return post(.wake) }
        }
    }
}
