extension Duration {
    /// The guard against a hang, the only time limit in the tests. It is far longer than anything takes: a test waits
    /// for a condition, and the machine may have other work.
    public static let patience = Duration.seconds(600)
}

/// Asks every few milliseconds until the answer is yes.
///
/// - Returns: `false` when the ``Swift/Duration/patience`` was over first.
public func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .patience
    while try await !condition() {
        guard ContinuousClock.now < deadline else { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
    return true
}

/// The error of a wait that reached the guard against a hang.
public struct NeverHappened: Error, CustomStringConvertible {
    public let description: String

    public init(_ what: String) { description = "\(what) has not come within \(Duration.patience)" }
}

/// Waits until the answer is yes.
///
/// - Parameter what: what is waited for, for the error.
/// - Throws: ``NeverHappened`` when the ``Swift/Duration/patience`` was over first.
public func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
    guard try await eventually(condition) else { throw NeverHappened(what) }
}
