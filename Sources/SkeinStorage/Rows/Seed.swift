/// 128 bits from which an instance derives ids, idempotency keys and random numbers. They follow from its component,
/// process, key and the message that started it, so an instance that is started again from the same message derives
/// the same values.
public struct Seed: Sendable, Hashable, Codable {
    /// The upper 64 bits.
    public var high: UInt64
    /// The lower 64 bits.
    public var low: UInt64

    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}
