/// How reliably a message is published.
public enum PublishingMode: String, Sendable, Codable, CaseIterable {
    /// `publish` returns at once; a message is lost when the process dies before it is written, or when too many are
    /// waiting to be written, which is counted.
    case fireAndForget
    /// The message is a row in the store of the component, in the same transaction as the change that caused it, where
    /// there is one: commit publishes it, rollback un-publishes it. The default.
    case localStore
}
