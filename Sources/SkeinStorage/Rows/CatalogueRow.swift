#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a component declares, as it was written down last.
public struct CatalogueRow: Sendable, Hashable {
    /// The name of the component; unique in the store.
    public var component: String
    /// JSON, see ``CatalogueEntry``.
    public var description: Data

    public init(component: String, description: Data) {
        (self.component, self.description) = (component, description)
    }
}
