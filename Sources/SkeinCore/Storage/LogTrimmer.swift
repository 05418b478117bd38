package import SkeinStorage
internal import Synchronization

/// Removes messages that ``LogRetention`` no longer covers, in chunks, while the runtime runs. A round is one commit
/// after the other until nothing is left to remove. The next round comes after a pause, or when many messages have
/// come.
final class LogTrimmer: Engine {
    private struct State {
        var isUnderWay = false
        var isClosing = false
        /// Whether an alarm will begin the next round.
        var isPlanned = false
        /// How long to wait for the next round. Doubles while there is nothing to remove.
        var pause = LogTrimmer.shortestPause
        /// The end of the log when the last round began.
        var end: Int64 = 0
        var round: LogTrimRound
        /// Called when no commit is under way.
        var waiting: [@Sendable () -> Void] = []
    }

    private enum Event: Sendable {
        /// The time for the next round has come.
        case begin
        case grown
        case ended
        case whenIdle(@Sendable () -> Void)
        case drain(@Sendable () -> Void)
    }

    private static let shortestPause = Duration.minutes(1)
    private static let longestPause = Duration.hours(6)
    /// After how many new messages there is another round.
    private static let growth: Int64 = 8192

    let subscription = "retention"
    private let core: RuntimeCore
    private let reader: any StoreReader
    /// Messages above this position may still be needed in memory.
    private let needed: @Sendable () -> Int64
    /// Asks the engines to store their places, for the next round.
    private let storePlaces: @Sendable () -> Void
    private let state: Mutex<State>
    private let inbox: Inbox<Event>

    init(
        core: RuntimeCore, retention: LogRetention, needed: @escaping @Sendable () -> Int64,
        storePlaces: @escaping @Sendable () -> Void
    ) throws {
        (self.core, self.needed, self.storePlaces) = (core, needed, storePlaces)
        reader = try core.store.makeReader()
        state = Mutex(State(round: LogTrimRound(retention, inbox: core.configuration.inboxMemory)))
        let slot = EngineSlot<LogTrimmer>()
        inbox = Inbox(runner: core.environment.makeRunner("retention"), limit: 64) { events in
            for event in events { slot.engine?.handle(event) }
        }
        slot.engine = self
    }

    func start() {
        core.tail.observe(LogInterest()) { [weak self] in self?.wake() }
        post(.begin)
    }

    func wake() { post(.grown) }
    func drain(_ done: @escaping @Sendable () -> Void) { post(.drain(done)) }
    func whenSettled(_ done: @escaping @Sendable () -> Void) { post(.whenIdle(done)) }
    func abandon() { inbox.close() }

    private func post(_ event: Event) { inbox.post(event) }

    private func handle(_ event: Event) {
        switch event {
        case .begin:
            state.withLock { $0.isPlanned = false }
            beginRound()
        case .grown:
            let end = core.tail.end
            if state.withLock({ !$0.isUnderWay && end - $0.end >= Self.growth }) { beginRound() }
        case .ended:
            state.withLock { $0.isUnderWay = false }
            trim()
        case .whenIdle(let done): state.withLock { $0.waiting.append(done) }
        case .drain(let done):
            state.withLock { state in
                state.isClosing = true
                state.waiting.append(done)
            }
        }
        let idle = state.withLock { state in
            guard !state.isUnderWay else { return [@Sendable () -> Void]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for done in idle { done() }
    }

    private func beginRound() {
        let end = core.tail.end
        state.withLock { state in
            state.end = end
            state.round.begin()
        }
        storePlaces()
        trim()
    }

    /// Hands the next commit over, or waits when there is nothing to remove.
    private func trim() {
        guard !state.withLock({ $0.isClosing || $0.isUnderWay }) else { return }
        do {
            let writes = try state.withLock {
                try $0.round.next(reader, now: core.environment.clock.now, upTo: needed())
            }
            guard !writes.isEmpty else { return plan() }
            state.withLock { ($0.isUnderWay, $0.pause) = (true, Self.shortestPause) }
            core.committer.submit(CommitUnit(writes: writes)) { [weak self] _ in self?.post(.ended) }
        } catch {
            core.fail(error)
        }
    }

    private func plan() {
        let pause = state.withLock { state -> Duration? in
            guard !state.isPlanned else { return nil }
            state.isPlanned = true
            defer { state.pause = min(state.pause * 2, Self.longestPause) }
            return state.pause
        }
        guard let pause else { return }
        core.intervals.schedule(after: pause) { [weak self] in self?.post(.begin) }
    }
}

/// The commits of one round of trimming.
struct LogTrimRound {
    private let retention: LogRetention
    /// For how long the inbox remembers the ids of removed messages.
    private let inbox: Duration
    /// Where the log began before the last commit.
    private var previous: Int64?

    init(_ retention: LogRetention, inbox: Duration) { (self.retention, self.inbox) = (retention, inbox) }

    mutating func begin() { previous = nil }

    /// What the next commit removes from the log, and from the inbox what is too old; nothing when the round is over.
    ///
    /// - Parameter limit: messages above this position stay, beside those that the store itself keeps.
    mutating func next(_ reader: any StoreReader, now: Timestamp, upTo limit: Int64 = .max) throws -> [StoreWrite] {
        let trimmed = try reader.trimmedPosition()
        var writes: [StoreWrite] = []
        // The store may have refused to remove a message, because something has come to refer to it.
        let isMoving = previous != trimmed
        previous = trimmed
        if isMoving, let trim = try retention.trim(reader, now: now, upTo: limit) { writes.append(.trimLog(trim)) }
        let forgotten = now.advanced(by: .zero - inbox)
        if let oldest = try reader.oldestInbox(), oldest < forgotten {
            writes.append(.trimInbox(before: forgotten, limit: LogRetention.chunk))
        }
        return writes
    }
}

extension Store {
    /// Trims the log of a store that no runtime has open, in chunks.
    ///
    /// - Parameter inbox: for how long the inbox remembers the ids of removed messages.
    package func trimLog(
        _ retention: LogRetention, now: Timestamp, inbox: Duration = RuntimeConfiguration().inboxWindow
    ) throws -> LogTrimReport {
        let reader = try makeReader()
        let start = try reader.trimmedPosition()
        var round = LogTrimRound(retention, inbox: inbox)
        while case let writes = try round.next(reader, now: now), !writes.isEmpty {
            _ = try commit(CommitBatch(units: [CommitUnit(writes: writes)]))
        }
        return try LogTrimReport(reader, since: start)
    }
}

extension Runtime {
    /// Trims the log now, in chunks, whatever the configured retention says.
    package func trimLog(_ retention: LogRetention) async throws -> LogTrimReport {
        await storePlaces()
        // What the engines have handed over comes before this.
        _ = try await core.committer.commit(CommitUnit())
        let reader = try core.store.makeReader()
        let start = try reader.trimmedPosition()
        var round = LogTrimRound(retention, inbox: core.configuration.inboxMemory)
        while case let writes = try round.next(reader, now: core.environment.clock.now, upTo: neededInMemory()),
            !writes.isEmpty
        {
            _ = try await core.committer.commit(CommitUnit(writes: writes))
        }
        return try LogTrimReport(reader, since: start)
    }
}

extension LogTrimReport {
    init(_ reader: any StoreReader, since start: Int64) throws {
        let trimmed = try reader.trimmedPosition()
        self.init(
            trimmedThrough: trimmed, removed: trimmed - start, holds: try reader.logHolds().map(\.description))
    }
}
