import SkeinStorage
import SkeinCore

extension StoreFolder {
    /// Instances of all stores, the newest first. `before` of the filter has no effect: numbers are those of one store.
    public func instances(_ filter: InstanceFilter = InstanceFilter()) throws -> [InstanceView] {
        var filter = filter
        filter.before = nil
        var found: [InstanceView] = []
        for member in members {
            found += try member.inspector.instances(filter).map { instance in
                var instance = instance
                instance.store = member.name
                return instance
            }
        }
        return Array(found.sorted { $0.startedAt > $1.startedAt }.prefix(max(1, filter.limit)))
    }

    /// Incidents of all stores, the newest first.
    ///
    /// - Parameters:
    ///   - open: only those that nobody has resolved.
    ///   - cause: only those with this word for grouping.
    public func incidents(
        open: Bool = true, cause: String? = nil, component: String? = nil, limit: Int = 50
    ) throws -> [IncidentView] {
        var found: [IncidentView] = []
        for member in members {
            let incidents = try member.inspector.incidents(
                open: open, cause: cause, component: component, limit: limit)
            found += incidents.map { incident in
                var incident = incident
                incident.store = member.name
                return incident
            }
        }
        return Array(found.sorted { $0.at > $1.at }.prefix(max(1, limit)))
    }

    /// How many incidents are open, by cause, the most frequent first.
    public func openCauses() throws -> [(cause: String, count: Int)] {
        var counts: [String: Int] = [:]
        for member in members {
            for (cause, count) in try member.inspector.openCauses() { counts[cause, default: 0] += count }
        }
        return counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}
