public import Foundation

/// How things stand at the end of a payment or an order.
public struct EndPayload: Codable, Hashable, Sendable {
    /// The balance of every account that was mentioned.
    public var balances: [String: Decimal]
    /// The successful charges, from the record of the gateway, in order.
    public var charges: [ChargeRecord]

    public init(balances: [String: Decimal], charges: [ChargeRecord]) {
        (self.balances, self.charges) = (balances, charges)
    }
}
