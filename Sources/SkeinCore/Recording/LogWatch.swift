package import SkeinStorage
internal import Synchronization

/// Lets many readers follow the log: each waits until something is beyond what it has read.
///
/// - Cost: a commit costs one hand-over, however many wait; they are woken on a thread of their own.
package final class LogWatch: Sendable {
    private struct Waiting {
        var readers: [UInt64: UnsafeContinuation<Void, any Error>] = [:]
        var next: UInt64 = 0
        var isOver = false
    }

    private let tail: LogTail
    private let waiting: Mutex<Waiting>
    private let inbox: Inbox<Void>

    package init(_ runtime: Runtime) {
        let slot = EngineSlot<LogWatch>()
        inbox = Inbox(runner: runtime.core.environment.makeRunner("log watch"), limit: 1024) { _ in slot.engine?.wake()
        }
        waiting = Mutex(Waiting())
        tail = runtime.core.tail
        slot.engine = self
        tail.observe(LogInterest { _ in true }) { [weak self] in self?.inbox.post(()) }
    }

    /// The position of the newest message.
    package var end: Int64 { tail.end }

    /// Up to `limit` messages above a position, from memory; `nil` where the store has to be asked, because they are no
    /// longer there.
    package func recent(after position: Int64, limit: Int) -> [LogRecord]? {
        tail.records(after: position, limit: limit)
    }

    /// Waits until the log ends beyond a position.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, or ``stop()`` was called.
    package func wait(beyond position: Int64) async throws {
        let number = waiting.withLock { waiting in
            waiting.next += 1
            return waiting.next
        }
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let isOver = waiting.withLock { waiting in
                    guard !waiting.isOver, !Task.isCancelled else { return true }
                    waiting.readers[number] = continuation
                    return false
                }
                if isOver { return continuation.resume(throwing: CancellationError()) }
                // What came before the reader was entered has woken nobody.
                if tail.end > position { remove(number)?.resume() }
            }
        } onCancel: {
            remove(number)?.resume(throwing: CancellationError())
        }
    }

    /// Ends all waits, those to come as well.
    package func stop() {
        let readers = waiting.withLock { waiting in
            waiting.isOver = true
            defer { waiting.readers = [:] }
            return waiting.readers
        }
        for reader in readers.values { reader.resume(throwing: CancellationError()) }
    }

    private func wake() {
        let readers = waiting.withLock { waiting in
            defer { waiting.readers = [:] }
            return waiting.readers
        }
        for reader in readers.values { reader.resume() }
    }

    private func remove(_ number: UInt64) -> UnsafeContinuation<Void, any Error>? {
        waiting.withLock { $0.readers.removeValue(forKey: number) }
    }
}
