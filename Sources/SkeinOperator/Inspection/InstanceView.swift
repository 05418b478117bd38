public import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An instance as tools show it.
public struct InstanceView: Sendable, Hashable, Codable {
    /// Given by the store, rising.
    public var id: InstanceID
    /// The component that it belongs to.
    public var component: String
    /// The process, saga or entity.
    public var process: String
    /// The business key.
    public var key: String
    /// The version of the definition that it stays on.
    public var version: Int
    /// How its behaviour is written.
    public var notation: Notation
    /// What it is doing.
    public var status: InstanceStatus
    /// Business attributes to find it by.
    public var attributes: [String: String]
    /// The chain that its messages belong to.
    public var correlationID: MessageID
    /// On whose behalf it was started.
    public var user: String?
    /// When its first input came.
    public var startedAt: Timestamp
    /// When it ended; `nil` while it can react.
    public var endedAt: Timestamp?
    /// The state of a saga or the snapshot of an entity.
    public var state: JSONValue?
    /// What a process returned, or the business error that ended it.
    public var result: JSONValue?
    /// The name of the store in a folder of several; `nil` for a store by itself.
    public var store: String?

    init(_ row: InstanceRow) {
        (id, component, process, key) = (row.id, row.component, row.process, row.key)
        (version, notation, status) = (row.version, row.notation, row.status)
        attributes = row.attributes.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
        (correlationID, user, startedAt, endedAt) = (row.correlationID, row.user, row.startedAt, row.endedAt)
        (state, result) = (row.state.flatMap { JSONValue($0) }, row.result.flatMap { JSONValue($0) })
    }
}
