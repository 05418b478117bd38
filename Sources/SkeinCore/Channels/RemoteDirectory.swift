import SkeinStorage
internal import Synchronization
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What is known of the components that run elsewhere: the channel that leads to each, and what it has declared.
final class RemoteDirectory: Sendable {
    private struct State {
        var entries: [String: CatalogueEntry] = [:]
        /// The remote owners of commands and queries, from `entries`.
        var owners: [MessageName: String] = [:]
    }

    /// The channel of each remote component.
    let channels: [String: String]
    private let state = Mutex(State())

    init(_ remotes: [Remote] = []) {
        channels = Dictionary(remotes.map { ($0.component, $0.channel) }, uniquingKeysWith: { first, _ in first })
    }

    var components: [String] { channels.keys.sorted() }

    func isRemote(_ component: String) -> Bool { channels[component] != nil }

    /// Takes note of what a component declares; does nothing for one that is not a ``Remote`` here.
    func update(_ entry: CatalogueEntry) {
        guard isRemote(entry.component) else { return }
        state.withLock { state in
            state.entries[entry.component] = entry
            state.owners = [:]
            for (component, entry) in state.entries.sorted(by: { $0.key < $1.key }) {
                for consumed in entry.owned { state.owners[MessageName(trusted: consumed.name)] = component }
            }
        }
    }

    func entry(of component: String) -> CatalogueEntry? { state.withLock { $0.entries[component] } }

    /// The remote component that owns a command or query: the one that has declared it, or the one whose name it begins
    /// with while that has declared nothing.
    func owner(of name: MessageName) -> String? {
        guard !channels.isEmpty else { return nil }
        return state.withLock { state in
            if let owner = state.owners[name] { return owner }
            let component = name.component
            return channels[component] != nil && state.entries[component] == nil ? component : nil
        }
    }

    /// Why a remote owner does not take a version of a command or query; `nil` when it does, or has not declared
    /// anything.
    func problem(sending name: MessageName, version: SchemaVersion) -> String? {
        guard !channels.isEmpty else { return nil }
        return state.withLock { state in
            guard let owner = state.owners[name], let entry = state.entries[owner] else { return nil }
            let taken = entry.owned.filter { $0.name == name.rawValue }.map(\.since)
            let accepts = taken.contains { since in
                (try? SchemaVersion(validating: since))?.accepts(version) ?? false
            }
            guard !accepts else { return nil }
            return "'\(owner)' takes '\(name)' since \(taken.sorted().joined(separator: ", ")), not version \(version)"
        }
    }

    /// What contradicts the components that run here, in what remote ones have declared.
    ///
    /// - Parameter owners: the owners of commands and queries that run here.
    func problems(owners: [MessageName: String]) -> [String] {
        var claims: [String: Set<String>] = [:]
        for (name, owner) in owners { claims[name.rawValue, default: []].insert(owner) }
        let entries = state.withLock { $0.entries }
        for (component, entry) in entries {
            for consumed in entry.owned { claims[consumed.name, default: []].insert(component) }
        }
        return claims.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { name, owners in
            let owners = owners.sorted().map { "'\($0)'" }.joined(separator: " and ")
            return "'\(name)' has two owners, \(owners); exactly one component may handle it"
        }
    }
}

extension CatalogueEntry {
    /// The commands and queries that the component owns.
    var owned: [Consumed] { consumes.filter { $0.kind == .command || $0.kind == .query } }
}
