internal import DequeModule
internal import HeapModule
internal import Logging
internal import Synchronization

/// Runs the handlers of one subscription: order per key, parallel across keys, everything bounded.
///
/// All state is confined to the engine's runner; user code runs in tasks and reports back through the inbox.
final class HandlerEngine: Engine, @unchecked Sendable {
    // Proof for `@unchecked`: stored `var`s are touched only by `handle(_:)`, which the inbox calls on the serial
    // runner, and by the initializer, before anybody else has the engine; the inbox is set once there.

    enum Input: Sendable {
        case wake
        case finished(key: String, attempt: UInt64, AttemptResult)
        case committed(key: String, attempt: UInt64, (any Error)?)
        case parkingCommitted(key: String)
        case deadLetterCommitted
        /// The messages whose turn it is are in the store now.
        case settled(key: String)
        case due(key: String)
        /// An operator is about to change the parked messages of a key.
        case hold(key: String, done: @Sendable () -> Void)
        /// The operator has changed them or failed to.
        case letGo(key: String)
        case whenSettled(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }

    enum AttemptResult: Sendable {
        case success(CommitUnit, unsafely: [Outgoing])
        /// The handler that threw; `nil` where none can be named.
        case failure(any Error, handler: Int?)
    }

    let subscription: String
    let component: String
    let core: RuntimeCore
    let handlers: [MessageName: [HandlerRegistration]]
    /// Names that the component owns: an unknown one among them is dead-lettered instead of passed by.
    let ownsCommands: Bool
    let tracker: PositionTracker
    let reader: any StoreReader

    var feed: Feed
    var lanes: [String: KeyLane] = [:]
    var holds: [String: Hold] = [:]
    var ready = Deque<String>()
    var running = 0
    var buffered = 0
    /// How many messages are about to be parked: their commits are under way.
    var beingParked = 0
    /// How many parked messages are being tried.
    var parkedInHand = 0
    /// Keys whose parked messages wait until fewer parked messages are in hand.
    var crowdedOut = Deque<String>()
    /// The value of ``inHand`` that is counted in ``RuntimeCore/inHand``.
    private var countedInHand = 0
    /// Keys whose parked messages wait until the log has been read up to them.
    var unreadKeys = Heap<UnreadKey>()
    var nextAttempt: UInt64 = 0
    /// Whether nothing more is taken in, for good.
    var isClosing = false
    /// Whom to tell when what is under way has ended.
    private var drained: (@Sendable () -> Void)?
    private var settleWaiters: [@Sendable () -> Void] = []
    var skipped = 0
    private var inboxSlot: Inbox<Input>?

    init(core: RuntimeCore, component: String, subscription: String, handlers: [HandlerRegistration], owner: Bool)
        throws
    {
        (self.core, self.component, self.subscription) = (core, component, subscription)
        self.handlers = Dictionary(grouping: handlers, by: \.name)
        ownsCommands = owner
        reader = try core.store.makeReader()
        let row = try reader.position(of: subscription)
        tracker = PositionTracker(subscription: subscription, row: row)
        feed = Feed(subscription: subscription, from: row?.position ?? 0, core: core, reader: reader)
        inboxSlot = Inbox(runner: core.environment.makeRunner(subscription), limit: 256) { [weak self] in
            self?.handle($0)
        }
        try loadParked()
    }

    func post(_ input: Input) { inboxSlot?.post(input) }

    func start() {
        let (catalogue, component, ownsCommands) = (core.catalogue, component, ownsCommands)
        let interest = LogInterest(handlers.keys) { ownsCommands && catalogue.isUnknown($0, to: component) }
        core.tail.observe(interest) { [weak self] in self?.post(.wake) }
        core.environment.gate?.register(subscription) { [weak self] in self?.post(.wake) }
        post(.wake)
    }

    func wake() { post(.wake) }

    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }

    func abandon() { inboxSlot?.close() }

    private var isSettled: Bool {
        core.hasFailed
            || feed.isAtEnd && ready.isEmpty && running == 0 && beingParked == 0
                && lanes.values.allSatisfy { !$0.isBusy }
    }

    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }

    private func handle(_ inputs: [Input]) {
        do {
            for input in inputs { try handle(input) }
            try pull()
            try continueCrowdedOut()
            startReady()
        } catch {
            core.fail(error)
        }
        if inHand != countedInHand {
            core.inHand.add(inHand - countedInHand, ordering: .relaxed)
            countedInHand = inHand
        }
        if !settleWaiters.isEmpty, isSettled {
            for done in settleWaiters { done() }
            settleWaiters = []
        }
        if let done = drained, running == 0, lanes.values.allSatisfy({ !$0.isBusy }) {
            drained = nil
            core.committer.submit(CommitUnit(), handled: .init(tracker: tracker, positions: [])) { _ in done() }
        }
    }

    private func handle(_ input: Input) throws {
        switch input {
        case .wake:
            break
        case .finished(let key, let attempt, let result):
            finished(key: key, attempt: attempt, result)
        case .committed(let key, let attempt, let error):
            try committed(key: key, attempt: attempt, error)
        case .parkingCommitted(let key):
            beingParked -= 1
            lanes[key]?.pendingParks -= 1
            _ = lanes[key]?.positionsBeingParked.popFirst()
            try continueParked(key: key)
        case .deadLetterCommitted:
            beingParked -= 1
        case .settled(let key):
            lanes[key]?.isSettling = false
            lanes[key]?.pendingParks -= 1
            try continueParked(key: key)
        case .due(let key):
            try due(key: key)
        case .hold(let key, let done):
            hold(key: key, done: done)
        case .letGo(let key):
            try letGo(key: key)
        case .whenSettled(let done):
            settleWaiters.append(done)
        case .drain(let done):
            (isClosing, drained) = (true, done)
        }
    }

    /// How many messages this engine has in memory.
    private var inHand: Int { buffered + beingParked + parkedInHand }

    /// How many more messages may be in memory.
    private var room: Int { core.configuration.bufferedMessages - buffered - beingParked }

    private func pull() throws {
        var read = 0
        while !isClosing, room > 0 {
            // What has happened meanwhile gets its turn between two stretches of a long backlog.
            guard read < 1024 else { return post(.wake) }
            let records = try feed.next(limit: min(room, 256))
            if records.isEmpty { break }
            for record in records { admit(record) }
            read += records.count
            try continueRead()
        }
        // A subscription that is interested in little still moves on, so that a restart does not read the same again.
        if skipped >= 10_000, lanes.isEmpty {
            skipped = 0
            core.committer.submit(CommitUnit(), handled: .init(tracker: tracker, positions: []))
        }
    }

    private func admit(_ record: Record) {
        let envelope = record.envelope
        if let recipient = envelope.context.recipient, recipient != component {
            _ = tracker.begin(record.position, interesting: false)
            skipped += 1
            return
        }
        switch interest(in: envelope) {
        case .none:
            _ = tracker.begin(record.position, interesting: false)
            skipped += 1
        case .deadLetter(let reason):
            guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
            deadLetter(record, reason: reason)
        case .handle(let matching):
            guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
            enqueue(Job(record: record, handlers: matching))
        }
    }

    private func enqueue(_ job: Job) {
        let key = job.record.envelope.subject
        var lane = lanes[key] ?? KeyLane()
        if lane.parked || lane.spilled || lane.queue.count >= core.configuration.bufferedMessagesPerKey {
            lane.spilled = lane.spilled || !lane.parked
            lanes[key] = lane
            return parkBehind(job, key: key)
        }
        lane.queue.append(job)
        buffered += 1
        if lane.phase == .idle, lane.queue.count == 1 {
            lane.phase = .ready
            ready.append(key)
        }
        lanes[key] = lane
    }

    enum Interest {
        case none
        case handle([HandlerRegistration])
        case deadLetter(String)
    }

    func interest(in envelope: Envelope) -> Interest {
        guard let candidates = handlers[envelope.name] else {
            guard ownsCommands, core.catalogue.isUnknown(envelope, to: component) else { return .none }
            return .deadLetter(Catalogue.unknown(envelope, to: component))
        }
        let matching = candidates.filter { $0.since.accepts(envelope.version) }
        if matching.isEmpty {
            let majors = Set(candidates.map(\.since.major))
            if majors.contains(envelope.version.major), envelope.kind == .event || envelope.kind == .document {
                core.counters.ignoredVersions.increment()
                return .none
            }
            let known = candidates.map(\.since.description).sorted().joined(separator: ", ")
            return .deadLetter(
                "'\(component)' handles '\(envelope.name)' since \(known), not version \(envelope.version)")
        }
        let passing = matching.filter { $0.filter?(envelope) ?? true }
        return passing.isEmpty ? .none : .handle(passing)
    }

    private func startReady() {
        while !isClosing, running < core.configuration.concurrentHandlers, let key = ready.popFirst() {
            guard var lane = lanes[key], lane.phase == .ready, let job = lane.current else { continue }
            nextAttempt += 1
            lane.phase = .running(nextAttempt)
            running += 1
            start(job, key: key, attempt: nextAttempt, lane: &lane)
            lanes[key] = lane
        }
    }

    private func start(_ job: Job, key: String, attempt: UInt64, lane: inout KeyLane) {
        let context = HandlerContext(
            core: core, component: component, subscription: subscription,
            handler: job.handlers.first?.label ?? "", envelope: job.record.envelope, attempt: job.attempts + 1)
        let coder = core.factory.coder
        let timeout = job.handlers.map(\.options.timeout).max() ?? .seconds(30)
        let (name, subscription) = (job.record.envelope.name, subscription)
        lane.context = context
        let deadline = AttemptDeadline(timeout, core: core)
        lane.deadline = deadline
        UserTask.start(on: core.environment.executor) { [weak self] in
            deadline.begin { [weak self] in
                let error = TimeoutError("the handler of '\(name)' did not return within \(timeout)")
                self?.post(.finished(key: key, attempt: attempt, .failure(error, handler: nil)))
            }
            var failure: AttemptResult?
            for (index, handler) in job.handlers.enumerated() {
                let own = index == 0 ? context : context.joined(by: "\(handler.label)#\(index)", of: subscription)
                do {
                    try await handler.run(job.record, coder, own)
                } catch {
                    _ = context.seal()
                    failure = .failure(error, handler: index)
                    break
                }
            }
            deadline.end()
            let result = failure ?? Self.success(context)
            self?.post(.finished(key: key, attempt: attempt, result))
        }
    }

    private static func success(_ context: HandlerContext) -> AttemptResult {
        let (unit, unsafely) = context.seal()
        return .success(unit, unsafely: unsafely)
    }

    private func finished(key: String, attempt: UInt64, _ result: AttemptResult) {
        guard var lane = lanes[key], lane.phase == .running(attempt), let job = lane.current else { return }
        running -= 1
        lane.deadline?.end()
        lane.deadline = nil
        switch result {
        case .success(var unit, let unsafely):
            lane.phase = .committing(attempt)
            if let parked = lane.head { unit.writes += closeParked(parked) }
            let positions = lane.head == nil ? [job.record.position] : []
            let core = core
            core.committer.submit(unit, handled: .init(tracker: tracker, positions: positions)) { [weak self] outcome in
                switch outcome {
                case .committed:
                    core.counters.handled.increment()
                    core.publishUnacknowledged(unsafely)
                    self?.post(.committed(key: key, attempt: attempt, nil))
                case .failed(let error):
                    self?.post(.committed(key: key, attempt: attempt, error))
                }
            }
            lanes[key] = lane
        case .failure(let error, let handler):
            _ = lane.context?.seal()
            lanes[key] = lane
            failed(key: key, error, handler: handler)
        }
    }

    private func committed(key: String, attempt: UInt64, _ error: (any Error)?) throws {
        guard var lane = lanes[key], lane.phase == .committing(attempt) else { return }
        if let error { return failed(key: key, error) }
        lane.context = nil
        if lane.head != nil {
            parkedInHand -= 1
            lane.head = nil
            lane.phase = .idle
            lanes[key] = lane
            return try continueParked(key: key)
        }
        lane.queue.removeFirst()
        buffered -= 1
        try advance(key: key, &lane)
    }

    /// Goes on with the next message of a key, or forgets the key.
    func advance(key: String, _ lane: inout KeyLane) throws {
        if !lane.queue.isEmpty {
            lane.phase = .ready
            ready.append(key)
            lanes[key] = lane
        } else if lane.spilled {
            lane.phase = .idle
            (lane.parked, lane.spilled) = (true, false)
            lanes[key] = lane
            try continueParked(key: key)
        } else {
            lanes[key] = nil
        }
    }
}
