import SkeinStorage
internal import DequeModule
internal import HeapModule
internal import Logging
internal import Synchronization

/// Runs the handlers of one subscription: order per key, parallel across keys, everything bounded.
///
/// All state is confined to the engine's runner; user code runs in tasks and reports back through the inbox.
final class HandlerEngine: Engine, ActionOwner, @unchecked Sendable {
    // Proof for `@unchecked`: the stored `var`s, and what `place` keeps, are touched only by `handle(_:)`, which the
    // inbox calls on the serial runner, and by the initializer, before anybody else has the engine. Other threads,
    // those of attempts, commits and alarms, use the inbox and the other constants; the tracker that the committer
    // shares has a lock.

    enum Input: Sendable {
        case wake
        case finished(key: String, attempt: UInt64, AttemptResult)
        case committed(key: String, attempt: UInt64, (any Error)?)
        /// The same for messages whose handlers had nothing to store.
        case handled([HandledMessage], (any Error)?)
        /// The row of a message that was parked behind others is in the store.
        case arrived(key: String)
        case deadLetterCommitted
        /// The commit that parked a key or changed its lowest parked message is in the store.
        case settled(key: String)
        /// A message in memory is to be tried again.
        case retry(key: String)
        /// An operator acts on parked messages or dead letters of a key.
        case act(ActionCall)
        /// An action has waited for too long for an attempt under way.
        case actionExpired(ActionCall, key: String)
        /// The commit of an action on a key is in the store.
        case acted(key: String)
        case whenSettled(@Sendable () -> Void)
        case storePlace(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }

    let subscription: String
    let component: String
    let core: RuntimeCore
    let handlers: [MessageName: [Handler]]
    /// Whether unknown commands to the component become dead letters here, in one engine of each component.
    let isCatchAll: Bool
    let place: PlaceKeeper
    let reader: any StoreReader

    var feed: Feed
    var lanes: LaneTable
    /// The message that was read and found no room, and the latest time to ask for room again.
    private var delayed: (job: Job, until: Timestamp?)?
    /// Messages that were read and come after ``delayed``.
    private var backlog = Deque<LogRecord>()
    /// When ``wake()`` is called next, because ``delayed`` waits for room.
    private var nextLook: Timestamp?
    /// The operators' actions, by the key that they are about.
    var actions: [StoredKey: KeyActions] = [:]
    /// Keys that are to be tried.
    var ready = Deque<String>()
    /// The attempts under way.
    var attempts: [UInt64: Attempt] = [:]
    /// The attempts that were given up and have not come back, by the position of their message.
    var hung: HungAttempts<Int64>
    /// Messages whose handlers have returned since the last commit, without anything to store.
    var handled: [HandledMessage] = []
    /// How many messages are on their way into the store, to be parked behind others or as dead letters.
    var rowsOnTheWay = 0
    var parkedKeys: ParkedKeys
    /// When ``wake()`` is called next, because keys wait for a slot of a handler.
    var nextCrowdedLook: Timestamp?
    /// When the engine looks at parked keys next.
    var alarm: (due: Timestamp, token: TimerService.Token)?
    /// Whether parked keys are due that have not had their turn.
    var hasMoreDue = false
    /// The value of ``inHand`` that is counted in ``RuntimeCore/inHand``.
    private var countedInHand = 0
    /// Keys whose parked messages wait until the log has been read up to them.
    var unreadKeys = Heap<UnreadKey>()
    var nextAttempt: UInt64 = 0
    /// Whether nothing more is taken in, for good.
    var isClosing = false
    private var waiters = EngineWaiters()
    private let inbox: Inbox<Input>

    init(
        core: RuntimeCore, component: String, subscription: String, handlers: [HandlerRegistration], isCatchAll: Bool
    ) throws {
        (self.core, self.component, self.subscription) = (core, component, subscription)
        self.handlers = Dictionary(
            grouping: handlers.enumerated().map(Handler.init), by: \.registration.name)
        lanes = LaneTable(shares: handlers.map { Self.share(of: $0, among: handlers.count, core.configuration) })
        parkedKeys = ParkedKeys(limit: core.configuration.parkedKeysInMemory)
        hung = HungAttempts(limit: core.configuration.hungAttempts)
        self.isCatchAll = isCatchAll
        reader = try core.store.makeReader()
        let row = try reader.position(of: subscription)
        place = PlaceKeeper(core: core, tracker: PositionTracker(subscription: subscription, row: row))
        feed = Feed(subscription: subscription, from: row?.position ?? 0, core: core, reader: reader)
        let slot = EngineSlot<HandlerEngine>()
        inbox = Inbox(runner: core.environment.makeRunner(subscription), limit: 256) { slot.engine?.handle($0) }
        slot.engine = self
        try restartParkedKeys()
    }

    /// A handler, and the place of its share in ``LaneTable/shares``.
    struct Handler {
        let share: Int
        let registration: HandlerRegistration
    }

    private static func share(
        of handler: HandlerRegistration, among count: Int, _ configuration: RuntimeConfiguration
    ) -> HandlerShare {
        HandlerShare(
            places: handler.options.concurrency ?? configuration.concurrentHandlers,
            slots: handler.options.buffered ?? configuration.bufferedMessages,
            patience: count == 1 ? nil : configuration.longestHoldUp)
    }

    var tracker: PositionTracker { place.tracker }

    var readPosition: Int64? { tracker.seen }

    func post(_ input: Input) { inbox.post(input) }

    func start() {
        let (catalogue, component, isCatchAll) = (core.catalogue, component, isCatchAll)
        let interest = LogInterest(handlers.keys) { isCatchAll && catalogue.isUnknown($0, to: component) }
        core.tail.observe(interest) { [weak self] in self?.post(.wake) }
        core.environment.gate?.register(subscription) { [weak self] in self?.post(.wake) }
        post(.wake)
    }

    func wake() { post(.wake) }

    func act(_ call: ActionCall) { post(.act(call)) }

    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }

    func abandon() { inbox.close() }

    private var isSettled: Bool {
        core.hasFailed
            || isAtEnd && ready.isEmpty && attempts.isEmpty && rowsOnTheWay == 0 && lanes.busy == 0
                && !hasMoreDue && actions.isEmpty
    }

    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }

    func storePlace(_ done: @escaping @Sendable () -> Void) { post(.storePlace(done)) }

    private func handle(_ inputs: [Input]) {
        if inputs.count <= PromptReturn.inputs { PromptReturn.promise() }
        do {
            for input in inputs { try handle(input) }
            commitHandled()
            try continueCrowdedOut()
            try continueDue()
            try pull()
            // What has been read may let further keys go on.
            try continueDue()
            lookAgainForRoom()
            PromptReturn.gathering { startReady() }
            planAlarm()
        } catch {
            core.fail(error)
        }
        if inHand != countedInHand {
            core.inHand.add(inHand - countedInHand, ordering: .relaxed)
            countedInHand = inHand
        }
        waiters.answer(isSettled: isSettled, isDrained: attempts.isEmpty && lanes.busy == 0, place: place)
    }

    private func handle(_ input: Input) throws {
        switch input {
        case .wake:
            break
        case .finished(let key, let attempt, let result):
            try finished(key: key, attempt: attempt, result)
        case .committed(let key, let attempt, let error):
            try committed(key: key, attempt: attempt, error)
        case .handled(let messages, let error):
            for message in messages { try committed(key: message.key, attempt: message.attempt, error) }
        case .arrived(let key):
            rowsOnTheWay -= 1
            try obey(lanes.update(key) { $0.arrived() }, key: key)
        case .deadLetterCommitted:
            rowsOnTheWay -= 1
        case .settled(let key):
            try obey(lanes.update(key) { $0.settled() }, key: key)
        case .retry(let key):
            try obey(lanes.update(key) { $0.retry() }, key: key)
        case .act(let call):
            try begin(call)
        case .actionExpired(let call, let key):
            try expired(call, key: key)
        case .acted(let key):
            try acted(key: key)
        case .storePlace(let done):
            waiters.waitForPlace(done)
        case .whenSettled(let done):
            waiters.waitForRest(done)
        case .drain(let done):
            isClosing = true
            waiters.waitForDrain(done)
        }
    }

    /// Does what a lane asks for after an event.
    func obey(_ action: KeyLane.Action?, key: String) throws {
        switch action {
        case .none?, nil: break
        case .queue?: ready.append(key)
        case .look?: try look(key: key)
        }
    }

    /// How many messages this engine has in memory.
    private var inHand: Int { lanes.queued + lanes.tried + rowsOnTheWay }

    /// How many more rows may be on their way into the store.
    private var roomForRows: Int { core.configuration.bufferedMessages - rowsOnTheWay }

    private var isAtEnd: Bool { feed.isAtEnd && backlog.isEmpty && delayed == nil }

    /// Every message up to this position has found its place in a lane or is of no interest.
    var readUpTo: Int64 {
        if let delayed { return delayed.job.position - 1 }
        return backlog.first.map { $0.position - 1 } ?? feed.cursor
    }

    private func pull() throws {
        var read = 0
        while !isClosing, roomForRows > 0, try placeDelayed() {
            if backlog.isEmpty {
                // What has happened meanwhile gets its turn between two stretches of a long backlog.
                guard read < 1024 else { return post(.wake) }
                backlog = Deque(try feed.next(limit: min(roomForRows, max(1, lanes.freeSlots), 256)))
                if backlog.isEmpty { break }
                read += backlog.count
            }
            while delayed == nil, roomForRows > 0, let record = backlog.popFirst() { try admit(record) }
            try continueRead()
        }
        if lanes.isEmpty { place.store() }
    }

    private func admit(_ record: LogRecord) throws {
        let envelope = record.envelope
        if let recipient = envelope.recipient, recipient != component {
            return place.passBy(record.position)
        }
        switch interest(in: envelope) {
        case .none:
            place.passBy(record.position)
        case .deadLetter(let reason):
            guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
            deadLetter(record, reason: reason)
        case .handle(let matching):
            guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
            try enqueue(Job(record, matching))
        }
    }

    /// Gives a message its place in the lane of its key. Where there is no room it is ``delayed``, and so are all
    /// messages after it.
    private func enqueue(_ job: Job) throws {
        let key = job.record.envelope.subject
        let limit = core.configuration.bufferedMessagesPerKey
        var hasRoom = true
        let found = lanes.look(key) { (takesMore: $0.takesMore(limit: limit), shares: $0.current?.shares) }
        let atRest = try found == nil ? laneAtRest(of: key) : nil
        let takesMore = found?.takesMore ?? atRest?.takesMore(limit: limit) ?? true
        let shares = found?.shares ?? job.shares
        if takesMore, shares.contains(where: { lanes.shares[$0].queued.isFull }) {
            switch lanes.shares.ask(shares, for: \.queued, at: core.intervals.clock.now) {
            case .free: break
            case .wait(let until): return delayed = (job, until)
            case .overflow: hasRoom = false
            }
        }
        switch lanes.update(key, orMake: atRest ?? .new, { $0.add(job, limit: limit, hasRoom: hasRoom) }) {
        case .wait: break
        case .queue: ready.append(key)
        case .park(let isFirst): parkBehind(job, key: key, isFirst: isFirst)
        }
    }

    /// - Returns: whether the way is free for the messages that come next.
    private func placeDelayed() throws -> Bool {
        guard let job = delayed?.job else { return true }
        delayed = nil
        try enqueue(job)
        return delayed == nil
    }

    /// Plans the next look for room. A full handler that makes no progress causes no event, so a timer has to.
    private func lookAgainForRoom() {
        guard let until = delayed?.until, until != nextLook, !isClosing else { return }
        nextLook = until
        core.intervals.schedule(at: until) { [weak self] in self?.post(.wake) }
    }

    enum Interest {
        case none
        case handle([Handler])
        case deadLetter(String)
    }

    func interest(in envelope: Envelope) -> Interest {
        guard let candidates = handlers[envelope.name] else {
            guard isCatchAll, core.catalogue.isUnknown(envelope, to: component) else { return .none }
            return .deadLetter(Catalogue.unknown(envelope, to: component))
        }
        let matching = candidates.filter { $0.registration.since.accepts(envelope.version) }
        if matching.isEmpty {
            let majors = Set(candidates.map(\.registration.since.major))
            if majors.contains(envelope.version.major), envelope.kind == .event || envelope.kind == .document {
                core.counters.ignoredVersions.increment()
                return .none
            }
            let known = candidates.map(\.registration.since.description).sorted().joined(separator: ", ")
            return .deadLetter(
                "'\(component)' handles '\(envelope.name)' since \(known), not version \(envelope.version)")
        }
        let passing = matching.filter { handler in
            guard let filter = handler.registration.filter else { return true }
            return PromptReturn.suspended { filter(envelope) }
        }
        return passing.isEmpty ? .none : .handle(passing)
    }
}
