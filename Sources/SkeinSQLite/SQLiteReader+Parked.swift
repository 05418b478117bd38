package import SkeinCore
package import SkeinStorage
#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

// What is parked, buffered or deployed.
extension SQLiteReader {
    package func parked(subscription: String, key: String, after position: Int64, limit: Int) throws -> [ParkedRow] {
        try rows("parked messages", .parked, ParkedRow.init) {
            $0.bind(subscription)
            $0.bind(key)
            $0.bind(position)
            $0.bind(limit)
        }
    }

    package func parked(subscription: String, after place: ParkedCursor?, limit: Int) throws -> [ParkedRow] {
        try rows("parked messages", .parkedOfSubscription, ParkedRow.init) {
            $0.bind(subscription)
            $0.bind(place?.key ?? "")
            $0.bind(place?.position ?? .min)
            $0.bind(limit)
        }
    }

    /// Jumps from key to key in the index, so that long queues behind a key cost nothing.
    package func parkedHeads(subscription: String, after key: String?, limit: Int) throws -> [ParkedRow] {
        try query("parked messages") { cache, _ in
            var heads: [ParkedRow] = []
            var last = key
            while heads.count < limit {
                let statement = try cache.begin(last == nil ? .parkedHeadFrom : .parkedHead)
                statement.bind(subscription)
                statement.bind(last ?? "")
                guard let head = try statement.first(ParkedRow.init) else { break }
                heads.append(head)
                last = head.key
            }
            return heads
        }
    }

    package func parkedHead(subscription: String, key: String, after position: Int64) throws -> ParkedRow? {
        try rows("parked messages", .parkedHeadOfKey, ParkedRow.init) {
            $0.bind(subscription)
            $0.bind(key)
            $0.bind(position)
        }.first
    }

    package func parkedDue(subscription: String, after cursor: ParkedDueCursor, limit: Int) throws -> [ParkedRow] {
        try rows("parked messages", .parkedDue, ParkedRow.init) {
            $0.bind(subscription)
            $0.bind(cursor.due.microseconds)
            $0.bind(cursor.key)
            $0.bind(limit)
        }
    }

    package func buffered(
        component: String, process: String, type: MessageName, key: String, after position: Int64, now: Timestamp,
        limit: Int
    ) throws -> [BufferedRow] {
        try rows("buffered messages", .buffered, BufferedRow.init) {
            $0.bind(component)
            $0.bind(process)
            $0.bind(type.rawValue)
            $0.bind(key)
            $0.bind(position)
            $0.bind(now.microseconds)
            $0.bind(limit)
        }
    }

    package func expiredBuffered(component: String, now: Timestamp, limit: Int) throws -> [BufferedRow] {
        try rows("expired messages", .expiredBuffered, BufferedRow.init) {
            $0.bind(component)
            $0.bind(now.microseconds)
            $0.bind(limit)
        }
    }

    package func incident(_ id: IncidentID) throws -> IncidentRow? {
        try first("an incident", .incident, IncidentRow.init) { $0.bind(id) }
    }

    package func openIncidents(after id: IncidentID, limit: Int) throws -> [IncidentRow] {
        try rows("incidents", .openIncidents, IncidentRow.init) {
            $0.bind(id)
            $0.bind(limit)
        }
    }

    package func openIncidents(cause: String, after id: IncidentID, limit: Int) throws -> [IncidentRow] {
        try rows("incidents of a cause", .incidentsOfCause, IncidentRow.init) {
            $0.bind(cause)
            $0.bind(id)
            $0.bind(limit)
        }
    }

    package func openIncidents(of instance: InstanceID) throws -> [IncidentRow] {
        try rows("incidents of an instance", .incidentsOfInstance, IncidentRow.init) { $0.bind(instance) }
    }

    package func openIncidents(subscription: String, key: String, position: Int64) throws -> [IncidentRow] {
        try rows("incidents of a message", .incidentsOfMessage, IncidentRow.init) {
            $0.bind(position)
            $0.bind(subscription)
            $0.bind(key)
        }
    }

    package func definitions() throws -> [DefinitionRow] {
        try rows("definitions", .definitions, DefinitionRow.init) { _ in }
    }

    package func endedInstances(component: String, before time: Timestamp, limit: Int) throws -> [InstanceID] {
        try rows("ended instances", .endedInstances, { $0.id() as InstanceID }) {
            $0.bind(component)
            $0.bind(time.microseconds)
            $0.bind(limit)
        }
    }

    package func journalEnd(of instance: InstanceID) throws -> Int64 {
        try first("the end of a journal", .journalEnd, { $0.optionalInt64() }) { $0.bind(instance) }.flatMap { $0 } ?? 0
    }

    package func suspendedSystems() throws -> [String] {
        try rows("suspended systems", .suspendedSystems, { $0.text() }) { _ in }
    }

    package func catalogue(of component: String) throws -> Data? {
        try first("the catalogue", .catalogue, { $0.data() }, bind: { $0.bind(component) })
    }
}
