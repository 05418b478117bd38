public import SkeinStorage
import SkeinCore
import Synchronization

/// A store in memory for tests, with the contract of the durable ones except that nothing outlives it.
///
/// Commits and reads exclude each other. A commit costs in proportion to what it changes, also with hundreds of
/// thousands of rows in the store.
public final class MemoryStore: Store {
    private struct State: Sendable {
        var tables = MemoryTables()
        var isClosed = false
        var failures: [any Error] = []
        /// How many reads are left before one fails; `nil` while none is to.
        var readsUntilFailure: Int?
        var commitObserver: (@Sendable (CommitBatch, [UnitOutcome]) -> Void)?
        var appendObserver: (@Sendable ([LogRecord]) -> Void)?
    }

    /// What the store calls itself in errors.
    public let label: String
    private let state: Mutex<State>

    /// An empty store.
    public init(label: String = "memory") {
        self.label = label
        state = Mutex(State())
    }

    /// A store with the content of this one as it is now, and nothing else of it: what a backup would hold.
    ///
    /// - Throws: `StoreError` with code `closed`.
    public func copy(label: String = "copy") throws -> MemoryStore {
        let copy = MemoryStore(label: label)
        let tables = try read("copy") { $0 }
        copy.state.withLock { $0.tables = tables }
        return copy
    }

    /// Applies a batch, or throws the failure that ``failNextCommit(with:)`` has planned.
    public func commit(_ batch: CommitBatch) throws -> [UnitOutcome] {
        let (outcomes, observer) = try state.withLock { state in
            try checkOpen(state, "commit")
            if !state.failures.isEmpty { throw state.failures.removeFirst() }
            do {
                let outcomes = try Self.apply(batch, to: &state.tables)
                state.tables.commit()
                var records: [LogRecord] = []
                for case .committed(let appended) in outcomes { records += appended }
                if !records.isEmpty { state.appendObserver?(records.sorted { $0.position < $1.position }) }
                return (outcomes, state.commitObserver)
            } catch {
                state.tables.rollback(to: 0)
                throw error
            }
        }
        observer?(batch, outcomes)
        return outcomes
    }

    /// Changes the tables as a user's own transaction would, beside the runtime: all of it, or, when `body` throws,
    /// nothing.
    ///
    /// Messages appended are reported to the append observer, in the order of the transactions.
    public func transaction<Value: Sendable>(_ body: (inout MemoryTables) throws -> Value) throws -> Value {
        try state.withLock { state in
            try checkOpen(state, "write")
            do {
                state.tables.appended = []
                let value = try body(&state.tables)
                state.tables.commit()
                if !state.tables.appended.isEmpty { state.appendObserver?(state.tables.appended) }
                return value
            } catch {
                state.tables.rollback(to: 0)
                throw error
            }
        }
    }

    /// A reader that waits for a commit in progress.
    public func makeReader() throws -> any StoreReader {
        try read("open a reader") { _ in }
        return MemoryReader(store: self)
    }

    /// Sets who hears of appended messages. The observer must not call the store.
    public func observeAppends(_ observer: (@Sendable ([LogRecord]) -> Void)?) {
        state.withLock { $0.appendObserver = observer }
    }

    /// Lets every later call throw. What is stored is gone with the object.
    public func close() throws { state.withLock { $0.isClosed = true } }

    /// Does nothing: the next runtime may have the store as it is.
    public func release() {}

    func read<Value: Sendable>(_ action: String, _ body: (MemoryTables) -> Value) throws -> Value {
        try state.withLock { state in
            try checkOpen(state, action)
            if let left = state.readsUntilFailure {
                state.readsUntilFailure = max(left - 1, 1)
                guard left > 1 else { throw StoreError(.failed, "\(label): cannot \(action), as the test has asked") }
            }
            return body(state.tables)
        }
    }

    private func checkOpen(_ state: State, _ action: String) throws {
        guard !state.isClosed else { throw StoreError(.closed, "\(label): cannot \(action), the store is closed") }
    }
}

// Faults.
extension MemoryStore {
    /// Lets the next commit that has no failure planned yet throw, with nothing applied. Calls add up.
    public func failNextCommit(
        with error: any Error = StoreError(.failed, "memory: cannot commit, as the test has asked")
    ) {
        state.withLock { $0.failures.append(error) }
    }

    /// Lets reads throw from the given one on, counted from now: 1 for the next; `nil` lets them succeed again.
    public func failReads(from number: Int?) { state.withLock { $0.readsUntilFailure = number } }

    /// Sets what is called after each commit, on the thread that commits, before `commit` returns.
    public func onCommit(_ observer: (@Sendable (CommitBatch, [UnitOutcome]) -> Void)?) {
        state.withLock { $0.commitObserver = observer }
    }
}

// Applying.
extension MemoryStore {
    private static func apply(_ batch: CommitBatch, to tables: inout MemoryTables) throws -> [UnitOutcome] {
        var outcomes = [UnitOutcome](repeating: .committed([]), count: batch.units.count)
        var failed: Set<Int> = []
        for (index, unit) in batch.units.enumerated() where unit.enlistments.isEmpty {
            outcomes[index] = .committed(try apply(unit, to: &tables))
        }
        for (index, unit) in batch.units.enumerated() where !unit.enlistments.isEmpty {
            let savepoint = tables.savepoint
            var records = try apply(unit, to: &tables)
            do {
                tables.appended = []
                for enlistment in unit.enlistments { try run(enlistment, on: &tables) }
                records += tables.appended
                outcomes[index] = .committed(records)
            } catch {
                tables.rollback(to: savepoint)
                outcomes[index] = .failed(error)
                failed.insert(index)
            }
        }
        for row in batch.positions(failed) { tables.set(row) }
        return outcomes
    }

    private static func apply(_ unit: CommitUnit, to tables: inout MemoryTables) throws -> [LogRecord] {
        let records = unit.appends.compactMap { tables.insert($0) }
        for write in unit.writes { try tables.apply(write) }
        return records
    }

    private static func run(_ enlistment: any Enlistment, on tables: inout MemoryTables) throws {
        guard let enlistment = enlistment as? MemoryEnlistment else {
            throw StoreError(
                .foreignEnlistment,
                "a \(type(of: enlistment)) cannot join a commit of a store in memory; use a MemoryEnlistment, or, for "
                    + "projections and for 'transaction { db in … }', a SQLite store: in tests SQLiteStore.inMemory()")
        }
        try enlistment.body(&tables)
    }
}
