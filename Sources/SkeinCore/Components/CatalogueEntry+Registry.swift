import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension CatalogueEntry {
    /// - Parameter systems: the outside systems that the store knows the component to call.
    init(_ registry: ComponentRegistry, systems: [String]) {
        var publishes: [Published] = registry.published.map {
            Published(name: $0.name.rawValue, kind: $0.kind, version: $0.version.description, mode: $0.mode)
        }
        let folded = Dictionary(registry.folded.map { ($0.name, $0.version) }, uniquingKeysWith: max)
        for (name, version) in folded.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where !registry.published.contains(where: { $0.name == name }) {
            publishes.append(
                Published(name: name.rawValue, kind: .event, version: version.description, mode: .localStore))
        }
        let handlers = registry.handlers.map {
            Consumed(
                name: $0.name.rawValue, kind: $0.kind, since: $0.since.description, by: $0.label, policy: $0.policy,
                sends: $0.sends?.rawValue)
        }
        let consumes =
            handlers
            + registry.consumed.dropFirst(registry.handlers.count).map {
                Consumed(name: $0.name.rawValue, kind: $0.kind, since: $0.since.description, by: $0.label)
            }
        let definitions = registry.machines.map {
            Definition(name: $0.process, notation: $0.notation, version: $0.version)
        }
        self.init(
            component: registry.component, publishes: publishes, consumes: consumes, definitions: definitions,
            projections: registry.projections.map(\.name), systems: systems)
    }

    /// The outside systems that a component is known to call, by its entry in the store.
    static func systems(of component: String, in reader: any StoreReader) throws -> [String] {
        // An entry that cannot be read is written anew.
        guard let description = try reader.catalogue(of: component) else { return [] }
        return (try? JSONDecoder().decode(CatalogueEntry.self, from: description))?.systems ?? []
    }

    /// The write that stores this entry.
    func write() throws -> StoreWrite {
        .putCatalogue(component: component, description: try JSONEncoder.sorted.encode(self))
    }

    /// What has to be written so that the store holds this entry; nothing when it does already.
    func writes(at now: Timestamp, reader: any StoreReader) throws -> [StoreWrite] {
        let description = try JSONEncoder.sorted.encode(self)
        var writes: [StoreWrite] = []
        if try reader.catalogue(of: component) != description {
            writes.append(.putCatalogue(component: component, description: description))
        }
        let known = try reader.definitions()
        for definition in definitions {
            let isKnown = known.contains {
                $0.component == component && $0.process == definition.name && $0.version == definition.version
            }
            guard !isKnown else { continue }
            writes.append(
                .putDefinition(
                    DefinitionRow(
                        component: component, process: definition.name, version: definition.version,
                        notation: definition.notation, at: now)))
        }
        return writes
    }
}
