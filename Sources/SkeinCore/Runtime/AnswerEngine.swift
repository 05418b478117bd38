import SkeinStorage
internal import Synchronization

/// Hands answers to those who wait for them in memory, and counts those that come too late.
final class AnswerEngine: Engine {
    let subscription = "answers"
    private let core: RuntimeCore
    private let reader: any StoreReader
    /// The position of the last message read. Only the runner changes it.
    private let cursor: Atomic<Int64>
    private let inbox: Inbox<@Sendable (AnswerEngine) -> Void>

    init(core: RuntimeCore) throws {
        self.core = core
        reader = try core.store.makeReader()
        cursor = Atomic(core.tail.end)
        let slot = EngineSlot<AnswerEngine>()
        inbox = Inbox(runner: core.environment.makeRunner("answers"), limit: 64) { work in
            guard let engine = slot.engine else { return }
            for item in work { item(engine) }
        }
        slot.engine = self
    }

    func start() {
        let requests = core.requests
        let interest = LogInterest { $0.kind == .document && !requests.isIdle }
        core.tail.observe(interest) { [weak self] in self?.wake() }
    }

    func drain(_ done: @escaping @Sendable () -> Void) { inbox.post { _ in done() } }

    func abandon() { inbox.close() }

    func whenSettled(_ done: @escaping @Sendable () -> Void) {
        inbox.post { engine in
            engine.read()
            done()
        }
    }

    func wake() { inbox.post { $0.read() } }

    private func read() {
        do {
            // The end is read before the check, so the answer to a question that is asked after the check lies behind
            // it.
            let end = core.tail.end
            if core.requests.isIdle { cursor.max(end, ordering: .relaxed) }
            while case let records = try nextRecords(), !records.isEmpty {
                for record in records { take(record) }
            }
        } catch {
            core.fail(error)
        }
    }

    /// The next messages: from memory, or from the store when this engine has fallen behind.
    private func nextRecords() throws -> [LogRecord] {
        let limit = 256
        let position = cursor.load(ordering: .relaxed)
        return try core.tail.records(after: position, limit: limit) ?? reader.records(after: position, limit: limit)
    }

    /// The position up to which no caller that waits for an answer needs the log any more.
    var readThrough: Int64 { core.requests.isIdle ? .max : cursor.load(ordering: .relaxed) }

    private func take(_ record: LogRecord) {
        cursor.store(record.position, ordering: .relaxed)
        guard record.envelope.kind == .document, let question = record.envelope.causationID else { return }
        let isLate = core.requests.deliver(record, to: question)
        if isLate { core.counters.lateAnswers.increment() }
    }
}
