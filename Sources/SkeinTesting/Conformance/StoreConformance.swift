public import SkeinStorage
import SkeinCore

/// The contract of `Store` as checks that every adapter runs.
///
/// ```swift
/// @Test("keeps the contract", arguments: StoreConformance.checks)
/// func contract(check: StoreConformance.Check) throws { try check.run(on: adapter) }
/// ```
public struct StoreConformance: Sendable {
    /// A new, empty store each time.
    public var make: @Sendable () throws -> any Store
    /// A change of the store's kind that appends messages in its transaction and then throws the error, if there is
    /// one.
    public var enlistment: @Sendable (_ store: any Store, [Outgoing], (any Error)?) throws -> any Enlistment
    /// Appends messages in a transaction of a user's, beside the runtime, and then rolls back if the error is given.
    public var appendForeign: @Sendable (_ store: any Store, [Outgoing], (any Error)?) throws -> Void
    /// Opens the place of a store again, without closing the store; `nil` where nothing outlives the store.
    public var openAgain: (@Sendable (_ store: any Store) throws -> any Store)?

    /// An adapter from the functions that its checks need.
    public init(
        make: @escaping @Sendable () throws -> any Store,
        enlistment: @escaping @Sendable (any Store, [Outgoing], (any Error)?) throws -> any Enlistment,
        appendForeign: @escaping @Sendable (any Store, [Outgoing], (any Error)?) throws -> Void,
        openAgain: (@Sendable (any Store) throws -> any Store)? = nil
    ) {
        (self.make, self.enlistment, self.appendForeign) = (make, enlistment, appendForeign)
        self.openAgain = openAgain
    }

    /// One point to check.
    public struct Check: Sendable, CustomStringConvertible {
        /// The number in the contract of `Store`.
        public let point: Int
        /// A sentence that says what holds.
        public let name: String
        let body: @Sendable (StoreConformance) throws -> Void

        init(_ point: Int, _ name: String, _ body: @escaping @Sendable (StoreConformance) throws -> Void) {
            (self.point, self.name, self.body) = (point, name, body)
        }

        /// The point and the sentence, as a test shows them.
        public var description: String { "\(point): \(name)" }

        /// - Throws: ``ConformanceFailure``, or what the store has thrown unexpectedly.
        public func run(on adapter: StoreConformance) throws { try body(adapter) }
    }

    /// All checks, each independent of the others.
    public static let checks: [Check] =
        commitChecks + logChecks + trimChecks + rowChecks + listingChecks + channelChecks

    /// The adapter for ``MemoryStore``.
    public static let memory = StoreConformance(
        make: { MemoryStore() },
        enlistment: { _, messages, error in
            MemoryEnlistment { tables in
                for message in messages { tables.append(message) }
                if let error { throw error }
            }
        },
        appendForeign: { store, messages, error in
            guard let store = store as? MemoryStore else { return }
            try store.transaction { tables in
                for message in messages { tables.append(message) }
                if let error { throw error }
            }
        })
}

/// An error that a check lets a user's change throw.
struct PlannedFailure: Error, Equatable {
    var name = "planned"
}

func expect(_ condition: Bool, _ expectation: @autoclosure () -> String) throws {
    if !condition { throw ConformanceFailure(description: "expected \(expectation())") }
}

func expectEqual<Value: Equatable>(_ found: Value, _ expected: Value, _ what: @autoclosure () -> String) throws {
    if found != expected {
        throw ConformanceFailure(description: "\(what()):\n  found    \(found)\n  expected \(expected)")
    }
}

/// Runs what must throw a `StoreError` with a given code.
func expectError(_ code: StoreError.Code, _ what: String, _ body: () throws -> Void) throws {
    do { try body() } catch let error as StoreError where error.code == code { return }
    throw ConformanceFailure(description: "expected an error with code \(code): \(what)")
}

extension Store {
    /// Commits one unit and returns its records.
    @discardableResult
    func commit(_ appends: [Outgoing] = [], _ writes: [StoreWrite] = []) throws -> [LogRecord] {
        let outcomes = try commit(CommitBatch(units: [CommitUnit(appends: appends, writes: writes)]))
        return try outcomes[0].records
    }
}

extension UnitOutcome {
    var records: [LogRecord] {
        get throws {
            switch self {
            case .committed(let records): return records
            case .failed(let error): throw error
            }
        }
    }

    var error: (any Error)? {
        if case .failed(let error) = self { return error }
        return nil
    }
}
