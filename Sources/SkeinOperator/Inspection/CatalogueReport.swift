import SkeinSQLite
public import SkeinStorage
public import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Who publishes, owns and consumes what, as the components have last declared it, beside what the log has seen.
public struct CatalogueReport: Sendable, Hashable, Codable {
    /// A message type that was seen in the log.
    public struct Traffic: Sendable, Hashable, Codable {
        /// The message type.
        public var name: String
        /// Its kind.
        public var kind: MessageKind
        /// The schema version of the newest message of this name.
        public var version: String
        /// The components that sent it.
        public var sources: [String]
        /// How many are in the log.
        public var count: Int
        /// When the newest came into being.
        public var lastAt: Timestamp
    }

    /// Something that looks wrong between components.
    public struct Orphan: Sendable, Hashable, Codable {
        /// The message type.
        public var name: String
        /// Its kind.
        public var kind: MessageKind
        /// What is missing, in words.
        public var problem: String
    }

    /// What each component declares, by name.
    public var components: [CatalogueEntry]
    /// What the log has seen, by name.
    public var traffic: [Traffic]
    /// What looks wrong, by name.
    public var orphans: [Orphan]
}
