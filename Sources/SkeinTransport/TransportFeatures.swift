/// What a transport can do. Configuration that needs more is refused when a runtime starts.
public struct TransportFeatures: Sendable, Hashable {
    /// The abilities that it has.
    public var abilities: Set<TransportAbility>
    /// How firmly it can be asked to acknowledge.
    public var acknowledgements: Set<Acknowledgement>
    /// The size in bytes beyond which the adapter refuses a message; `nil` where only the broker knows. Whether headers
    /// count is a matter of the adapter.
    public var maximumMessageSize: Int?

    public init(
        _ abilities: Set<TransportAbility>, acknowledgements: Set<Acknowledgement> = [.all],
        maximumMessageSize: Int? = nil
    ) {
        (self.abilities, self.acknowledgements) = (abilities, acknowledgements)
        self.maximumMessageSize = maximumMessageSize
    }

    /// Whether the transport has an ability.
    public func has(_ ability: TransportAbility) -> Bool { abilities.contains(ability) }
}
