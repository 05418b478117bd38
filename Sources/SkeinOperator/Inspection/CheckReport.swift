import SkeinSQLite
import SkeinStorage
import SkeinCore

/// What a check of a store has looked at, and what is wrong.
public struct CheckReport: Sendable, Hashable, Codable {
    /// Something that is wrong.
    public struct Finding: Sendable, Hashable, Codable {
        /// Which of the checks.
        public var check: String
        /// What is wrong, naming the row.
        public var problem: String
    }

    /// The version of the tables.
    public var schemaVersion: Int
    /// The checks that were made, in order.
    public var checks: [String]
    /// Empty for a sound store.
    public var findings: [Finding]

    /// Whether the file itself is damaged; otherwise the findings are contradictions between rows.
    public var isDamaged: Bool { findings.contains { $0.check == Self.integrity } }

    static let integrity = "file integrity"
}
