import SkeinMessages

extension StoreReader {
    /// The instance with an address; `nil` where there is none, or none any more.
    public func instance(_ address: InstanceAddress) throws -> InstanceRow? {
        try instance(component: address.component, process: address.process, key: address.key)
    }
}
