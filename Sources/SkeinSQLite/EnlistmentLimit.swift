import SkeinStorage
import GRDBSQLite
import SkeinCore

/// Stops statements of an enlistment that runs too long.
///
/// SQLite asks after every thousand of its instructions whether to go on. Code between two statements cannot be
/// stopped, so the time is also checked when the enlistment returns. The clock is the machine's, even in a simulation,
/// because the work and the lock that it holds are real; only a test of this limit has another.
final class EnlistmentLimit {
    private let limit: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private var deadline: ContinuousClock.Instant

    init(_ limit: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        (self.limit, self.now, deadline) = (limit, now, now())
    }

    private var isOver: Bool { now() > deadline }

    /// Runs enlistments of one unit.
    ///
    /// - Throws: what `body` throws, or, beyond the limit, `StoreError` with code `failed`.
    func run(on connection: OpaquePointer?, _ body: () throws -> Void) throws {
        deadline = now().advanced(by: limit)
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            connection, 1000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<EnlistmentLimit>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
            }, context)
        defer { sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            try body()
        } catch {
            throw isOver ? tooLong(error) : error
        }
        if isOver { throw tooLong(nil) }
    }

    private func tooLong(_ cause: (any Error)?) -> StoreError {
        StoreError(
            .failed,
            "a change that joined the commit took longer than \(limit); make it smaller or raise enlistmentTimeLimit",
            cause: cause)
    }
}
