import Foundation
import Skein
import Synchronization

/// The outside world of a directory: card company, warehouse, carrier, post, for any number of callers at once.
///
/// Every call is in the record before it is answered, so what the world has done can be told from its record alone,
/// whoever was killed when.
public final class WorldServer: Sendable {
    private let configuration: WorldConfiguration
    private let lock: WorldLock
    private let log: CallLog
    private let listener: Mutex<WorldListener?>
    private let state: Mutex<State>

    private struct State {
        var book: WorldBook
        var lastCall: Timestamp
        /// Why the record cannot be gone on with.
        var failure: (any Error)?
    }

    /// Takes the directory, repairs and reads its record, and listens.
    ///
    /// - Throws: ``WorldError``: `owned` when another world has the directory, `damaged`, `system`.
    public init(directory: String, configuration: WorldConfiguration = WorldConfiguration()) throws {
        self.configuration = configuration
        lock = try WorldLock(directory: directory)
        let (log, records) = try CallLog.open(in: directory)
        self.log = log
        let now = Timestamp(Date())
        try log.append(
            CallRecord(
                at: "\(now)", service: .start, key: "\(getpid())", account: "", amount: .zero, result: .started))
        state = Mutex(State(book: WorldBook(configuration, records: records), lastCall: now))
        if let last = WorldLock.lastOwner(of: directory)?.socket, last == WorldSocket.path(in: directory) {
            // It was left by one that died: the lock is this world's now.
            unlink(last)
        }
        let path = WorldSocket.newPath(in: directory)
        listener = Mutex(try WorldListener(at: path))
        lock.announce(socket: path)
    }

    /// Why a world has ended.
    public enum Ending: Sendable {
        /// No call came for the configured time.
        case idle
        /// The directory or its lock was removed or replaced. What is there now belongs to another world.
        case lost
    }

    /// Answers until no call has come for the configured time, or the directory is lost. Listens again if somebody
    /// removes the socket. Call it once.
    ///
    /// - Throws: ``WorldError`` with code `system` when a call could not be recorded: what cannot be recorded is not
    ///   answered, and the line that was begun is for the next world to repair.
    public func run() throws -> Ending {
        guard var listener = listener.withLock({ $0.take() }) else { return .lost }
        while !isIdle {
            if let failure = state.withLock({ $0.failure }) { throw failure }
            guard lock.isInPlace else { return .lost }
            if !listener.isInPlace { try listener.takeName() }
            guard let caller = listener.accept(within: 200) else { continue }
            Thread.detachNewThread { [self] in serve(caller) }
        }
        return .idle
    }

    private var isIdle: Bool {
        let now = Timestamp(Date())
        return state.withLock { now.since($0.lastCall) } >= configuration.idle
    }

    private func serve(_ caller: WorldSocket) {
        let line = CallerLine(caller)
        caller.eachLine { bytes in
            guard let request = try? JSONDecoder().decode(WorldRequest.self, from: bytes), request.service != .start,
                let record = record(request)
            else { return line.hangUp() }
            answer(request, record, on: line)
        }
        line.close()
    }

    /// Decides and records in one piece, so that the record has the order of the decisions.
    private func record(_ request: WorldRequest) -> CallRecord? {
        state.withLock { state in
            // The record of a lost directory belongs to another world.
            guard lock.isInPlace else { return nil }
            let now = Timestamp(Date())
            state.lastCall = now
            let record = state.book.decide(request, at: "\(now)")
            guard state.failure == nil else { return nil }
            do { try log.append(record) } catch { state.failure = error }
            guard state.failure == nil else { return nil }
            state.book.note(record)
            return record
        }
    }

    private func answer(_ request: WorldRequest, _ record: CallRecord, on line: CallerLine) {
        let reply = WorldReply(id: request.id, result: record.result, repeat: record.repeat)
        switch record.answer {
        case .silent: return
        case .prompt: line.send(reply)
        case .slow:
            let delay = configuration.slowness / .seconds(1)
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: delay)
                line.send(reply)
            }
        }
    }
}

/// The way back to a caller, shared by the threads that answer it.
private final class CallerLine: Sendable {
    private let socket: Mutex<WorldSocket?>

    init(_ socket: WorldSocket) { self.socket = Mutex(socket) }

    func send(_ reply: WorldReply) {
        guard let line = try? JSONLine.encode(reply) else { return }
        socket.withLock { _ = $0?.send(line) }
    }

    /// Lets the thread that reads from the caller come to its end.
    func hangUp() { socket.withLock { $0?.shutdown() } }

    /// To be called when nobody reads from the caller any more.
    func close() {
        socket.withLock { socket in
            socket?.close()
            socket = nil
        }
    }
}
