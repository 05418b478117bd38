import SkeinActions
import SkeinStorage
internal import Logging
internal import Synchronization

/// What all engines of one runtime share.
final class RuntimeCore: Sendable {
    let store: any Store
    let identities: MessageIdentities
    let environment: RuntimeEnvironment
    let configuration: RuntimeConfiguration
    let catalogue: Catalogue
    let committer: Committer
    let tail: LogTail
    /// Fires at dates: for everything that is stored with its time.
    let timers: TimerService
    /// Fires after intervals: for what is only in memory. The same service as ``timers`` if one clock serves for both.
    let intervals: TimerService
    let factory: MessageFactory
    let counters = Counters()
    let requests = PendingRequests()
    /// Operators' actions that have not been answered.
    let actions = OpenCalls<ActionCall.Answer>(
        atStop: .failure(
            ActionError(
                .stopping, "the runtime is stopping; try again when it runs, or when nobody has the store open")))
    let settling = OpenCalls<Void>(atStop: ())
    let outcomes = OpenCalls<ProcessOutcome>(atStop: .accepted)
    let breakers: CircuitBreakers
    let logger: Logger
    let nextInstance: Atomic<Int64>
    let nextIncident: Atomic<Int64>
    let nextMailbox: Atomic<Int64>
    /// Fire-and-forget messages handed over and not yet written.
    private let unwritten = Atomic<Int>(0)
    /// How many messages the handlers of all components have in memory.
    let inHand = Atomic<Int>(0)
    /// Another number at each start of a runtime with channels.
    let start: UInt64
    private let failureSlot: FailureSlot

    init(
        store: any Store, identities: MessageIdentities, environment: RuntimeEnvironment,
        configuration: RuntimeConfiguration, catalogue: Catalogue, start: UInt64 = 0, logger: Logger
    ) throws {
        (self.store, self.identities, self.environment, self.configuration) = (
            store, identities, environment, configuration
        )
        (self.catalogue, self.logger, self.start) = (catalogue, logger, start)
        let reader = try store.makeReader()
        // The tail hears of every message from now on; where the log ends before that, the store says.
        let tail = LogTail(capacity: configuration.tailLength, byteCapacity: configuration.tailBytes)
        store.checkForeign { catalogue.problem(with: $0) }
        store.observeAppends { records in PromptReturn.committed { tail.append(records) } }
        let high = try reader.highWater()
        tail.open(end: high.position)
        nextInstance = Atomic(high.instance.rawValue)
        nextIncident = Atomic(high.incident.rawValue)
        nextMailbox = Atomic(high.mailbox)
        self.tail = tail
        let timers = TimerService(clock: environment.clock)
        let intervals = environment.clock.intervals.map(TimerService.init) ?? timers
        (self.timers, self.intervals) = (timers, intervals)
        breakers = CircuitBreakers(
            policies: configuration.breakers, suspended: try reader.suspendedSystems(), clock: intervals.clock,
            timers: intervals)
        factory = MessageFactory(coder: .json, maximumPayloadSize: configuration.maximumPayloadSize)
        let failureSlot = FailureSlot()
        self.failureSlot = failureSlot
        committer = Committer(
            store: store, environment: environment, batchLimit: configuration.commitBatch, logger: logger,
            onFailure: { failureSlot.fail($0) })
    }

    /// Whether the store can no longer be written.
    var hasFailed: Bool { failureSlot.error != nil }

    /// What made the runtime fail.
    var failure: (any Error)? { failureSlot.error }

    /// Called once when the store can no longer be written, or at once if that has happened.
    func onFailure(_ action: @escaping @Sendable (any Error) -> Void) { failureSlot.observe(action) }

    /// Stops the runtime with an error; the first one counts.
    func fail(_ error: any Error) { failureSlot.fail(error) }

    func newInstanceID() -> InstanceID { InstanceID(rawValue: nextInstance.add(1, ordering: .relaxed).newValue) }
    func newIncidentID() -> IncidentID { IncidentID(rawValue: nextIncident.add(1, ordering: .relaxed).newValue) }
    func newMailboxSeq() -> Int64 { nextMailbox.add(1, ordering: .relaxed).newValue }

    func newMessageID(at time: Timestamp) -> MessageID {
        MessageID(time: time, random: environment.randomPair())
    }

    func outgoing(
        _ message: some Message, from origin: MessageOrigin, recipient: String? = nil, id: MessageID? = nil
    ) throws -> Outgoing {
        let now = environment.clock.now
        let random = environment.random
        return try factory.make(
            message, from: origin, id: id ?? newMessageID(at: now), time: now,
            randomness: (random(), random(), random()),
            recipient: recipient)
    }

    /// Publishes messages without waiting for their commit. Drops and counts them when too many are waiting.
    func publishUnacknowledged(_ outgoing: [Outgoing]) {
        guard !outgoing.isEmpty else { return }
        let waiting = unwritten.add(outgoing.count, ordering: .relaxed).newValue
        guard waiting <= configuration.unwrittenFireAndForget else {
            unwritten.subtract(outgoing.count, ordering: .relaxed)
            return counters.lost.increment(by: outgoing.count)
        }
        committer.submit(CommitUnit(appends: outgoing)) { [self] outcome in
            unwritten.subtract(outgoing.count, ordering: .relaxed)
            if case .failed = outcome { counters.lost.increment(by: outgoing.count) }
        }
    }

    /// Asks and waits in memory for the answer, which is matched by causation.
    func ask<Asked: Query>(
        _ query: Asked, from origin: MessageOrigin, timeout: Duration
    ) async throws -> Asked.Answer {
        try catalogue.checkSending(Asked.self, by: origin.component)
        let outgoing = try outgoing(query, from: origin, recipient: catalogue.owner(of: Asked.name))
        let record = try await request(outgoing, for: Asked.Answer.name, timeout: timeout, label: Asked.name.rawValue)
        let version = record.envelope.version
        guard Asked.Answer.version.accepts(version) else {
            throw MessageError(
                .undecodablePayload,
                "'\(Asked.name)' was answered with version \(version) of '\(Asked.Answer.name)'; "
                    + "'\(origin.component)' takes it since \(Asked.Answer.version)")
        }
        return try record.decoded(as: Asked.Answer.self, coder: factory.coder)
    }

    private func request(
        _ outgoing: Outgoing, for answer: MessageName, timeout: Duration, label: String
    ) async throws -> LogRecord {
        let id = outgoing.envelope.id
        let token = Mutex<TimerService.Token?>(nil)
        defer { token.withLock { $0.map(intervals.cancel) } }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                requests.add(id, for: answer, continuation)
                let requests = requests
                token.withLock {
                    $0 = intervals.schedule(after: timeout) {
                        requests.expire(
                            id, MessageError(.noAnswer, "'\(label)' got no answer within \(timeout); message id \(id)"))
                    }
                }
                committer.submit(CommitUnit(appends: [outgoing])) { outcome in
                    if case .failed(let error) = outcome { requests.fail(id, error) }
                }
                if Task.isCancelled { requests.fail(id, CancellationError()) }
            }
        } onCancel: {
            requests.fail(id, CancellationError())
        }
    }
}
