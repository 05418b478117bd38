import SkeinActions
import SkeinStorage
import SkeinTransport
internal import Logging

/// Sends what leaves by one channel: reads the log as a subscription with a place of its own, and stores the place when
/// the broker has acknowledged.
///
/// All state is confined to the engine's runner; connections work in tasks and report back through the inbox.
final class RelayEngine: Engine, ActionOwner, @unchecked Sendable {
    // Proof for `@unchecked`: the stored `var`s, and what `place` keeps, are touched only by `handle(_:)`, which the
    // inbox calls on the serial runner, and by the initializer, before anybody else has the engine. Tasks, commits and
    // alarms use the inbox and the other constants; the tracker that the committer shares has a lock.

    enum Input: Sendable {
        case wake
        case opened(connection: UInt64, Result<RelaySenders, any Error>)
        case sent(connection: UInt64, Result<[SendOutcome], any Error>)
        case lost(connection: UInt64, any Error)
        /// A batch has taken longer than a transport may take.
        case overdue(connection: UInt64)
        case connect
        case retry(StoredKey)
        /// Tell other processes what the components here declare.
        case announce(asks: Bool)
        case act(ActionCall)
        case acted(StoredKey)
        /// It is written down that these messages are sent.
        case stored([Int64])
        case closed
        case whenSettled(@Sendable () -> Void)
        case storePlace(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }

    let subscription: String
    let core: RuntimeCore
    let channel: ChannelPlan.Planned
    let route: ChannelRoute
    let monitor: ChannelMonitor
    let place: PlaceKeeper
    let reader: any StoreReader
    var connection = RelayConnection<RelaySenders>()
    var reconnection = Reconnection()
    var queue = RelayQueue()
    /// The message that stops each stopped key.
    var failures: [StoredKey: RelayFailure] = [:]
    /// The rows of messages that were stopped before the last restart, by position.
    var parked: [Int64: ParkedRow] = [:]
    /// Rows of messages that wait behind another stopped one of their key, by position.
    var behind: [Int64: ParkedRow] = [:]
    /// The operators' actions on stopped keys.
    var actions: [StoredKey: ActionLine] = [:]
    /// The end of the log at the start. What was in memory when the process died lies below it.
    let endAtStart: Int64
    /// How many messages are still marked as repetitions: as many as were in memory. Which of them were in the batch
    /// under way is not known, because those of stopped keys, which were not, lie between them.
    var perhapsSent: Int
    /// What the broker has committed in transactions, and this store may not have written down yet.
    var committed: Set<Int64> = []
    /// What was reported because messages of stopped keys take all the room.
    private var fullness: String?
    private var feed: Feed
    private var waiters = EngineWaiters()
    private let inbox: Inbox<Input>

    init(core: RuntimeCore, channel: ChannelPlan.Planned, monitor: ChannelMonitor) throws {
        (self.core, self.channel, self.monitor) = (core, channel, monitor)
        subscription = channel.relay
        route = ChannelRoute(channel: channel, catalogue: core.catalogue)
        reader = try core.store.makeReader()
        let row = try reader.position(of: subscription)
        place = PlaceKeeper(core: core, tracker: PositionTracker(subscription: subscription, row: row))
        feed = Feed(subscription: subscription, from: row?.position ?? 0, core: core, reader: reader)
        endAtStart = core.tail.end
        perhapsSent = Self.room(for: channel) + Self.page
        let slot = EngineSlot<RelayEngine>()
        inbox = Inbox(runner: core.environment.makeRunner(channel.relay), limit: 256) { slot.engine?.handle($0) }
        slot.engine = self
        try loadParked()
    }

    var tracker: PositionTracker { place.tracker }

    func post(_ input: Input) { inbox.post(input) }

    func start() {
        core.tail.observe(LogInterest { _ in true }) { [weak self] in self?.post(.wake) }
        core.environment.gate?.register(subscription) { [weak self] in self?.post(.wake) }
        core.breakers.whenSuspended(ChannelSystem.name(of: channel.name)) { [weak self] in self?.post(.wake) }
        post(.connect)
    }

    func wake() { post(.wake) }
    func act(_ call: ActionCall) { post(.act(call)) }
    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }
    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenSettled(done)) }
    func storePlace(_ done: @escaping @Sendable () -> Void) { post(.storePlace(done)) }
    func abandon() { inbox.close() }

    private func handle(_ inputs: [Input]) {
        do {
            for input in inputs { try handle(input) }
            try pull()
            try sendNext()
        } catch {
            core.fail(error)
        }
        waiters.answer(isSettled: isSettled, isDrained: connection.isClosed, place: place)
    }

    private func handle(_ input: Input) throws {
        switch input {
        case .wake: break
        case .opened(let number, .success(let senders)): try obey(connection.opened(number, senders))
        case .opened(let number, .failure(let error)): try obey(connection.failed(number, because: error))
        case .sent(let number, let result): try sent(number, result)
        case .lost(let number, let error): try obey(connection.lost(number, because: error))
        case .overdue(let number):
            let problem = "\(label) has not said in time what became of a batch; it is sent again over a new connection"
            try sent(number, .failure(TransportError(.timeout, problem)))
        case .connect: try obey(connection.connect(isSuspended: isSuspended))
        case .retry(let key): if actions[key]?.isCommitting != true { queue.retry(key) }
        // A process without components of its own has nothing to tell.
        case .announce(let asks): if !core.catalogue.ownEntries.isEmpty { connection.announce(asks: asks) }
        case .act(let call): begin(call)
        case .acted(let key): try acted(key)
        case .stored(let positions): committed.subtract(positions)
        case .closed: connection.closed()
        case .whenSettled(let done): waiters.waitForRest(done)
        case .storePlace(let done): waiters.waitForPlace(done)
        case .drain(let done):
            waiters.waitForDrain(done)
            try obey(connection.close())
        }
    }

    var label: String { channel.channel.transport.label }

    /// Whether nothing is to be done before time passes, the broker comes back or somebody acts.
    private var isSettled: Bool {
        if core.hasFailed || isSuspended || connection.isEnding || connection.isPausing { return true }
        return connection.isFree && (feed.isAtEnd || isFull) && queue.isAtRest && actions.isEmpty
    }

    /// Whether an operator has stopped the channel.
    var isSuspended: Bool { core.breakers.isSuspended(ChannelSystem.name(of: channel.name)) }

    /// Whether there is no room for further messages in memory.
    private var isFull: Bool { queue.count >= Self.room(for: channel) || queue.bytes >= Self.byteRoom }

    /// How many messages are read at once.
    private static let page = 512

    /// Up to how many bytes of messages in memory a relay reads on.
    private static let byteRoom = 64 << 20

    /// Up to how many messages in memory a relay reads on: those of stopped keys, and those that come next.
    private static func room(for channel: ChannelPlan.Planned) -> Int { max(4 * channel.channel.batch, 10_000) }

    private func pull() throws {
        guard !connection.isEnding else { return }
        defer { reportFull() }
        while !isFull, queue.ready < 2 * channel.channel.batch {
            let records = try feed.next(limit: Self.page)
            guard !records.isEmpty else { break }
            for record in records { admit(record) }
        }
        if queue.count == 0 { place.store() }
    }

    /// Says so when messages of stopped keys take all the room, so that nothing of other keys is read any more.
    private func reportFull() {
        if let fullness {
            guard !isFull else { return }
            monitor.solved(fullness)
            return self.fullness = nil
        }
        guard isFull, queue.stoppedItems > 0, queue.ready == 0 else { return }
        let problem =
            "channel '\(channel.name)' sends nothing more: \(queue.stoppedItems) messages are stopped, of "
            + "\(queue.stoppedKeys) keys whose first one the broker does not take; retry, edit or skip these, see "
            + "'skein relay'"
        fullness = problem
        monitor.found(problem)
    }

    private func admit(_ record: LogRecord) {
        guard var message = route.outbound(record) else { return leave(record.position) }
        guard tracker.begin(record.position, interesting: true) else { return core.counters.duplicates.increment() }
        if record.position <= endAtStart, perhapsSent > 0 {
            perhapsSent -= 1
            message.isRepeated = true
        }
        let isUnreliable = core.catalogue.mode(of: record.envelope.name) == .fireAndForget
        let item = RelayQueue.Item(position: record.position, message: message, isUnreliable: isUnreliable)
        guard let row = parked.removeValue(forKey: record.position) else { return queue.add(item) }
        admit(item, parked: row)
    }
}
