#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What Kafka carries for one message.
struct KafkaRecord: Hashable, Sendable {
    struct Header: Hashable, Sendable {
        let name: String
        let value: String

        init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// Decides the partition, and so the order.
    var key: String?
    /// In the order in which they stand; a name may come twice.
    var headers: [Header]
    /// The body.
    var value: Data
}
