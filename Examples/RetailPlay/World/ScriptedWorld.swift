public import Foundation
public import RetailServices
import SkeinTesting
import Synchronization

/// How an account's card is, in the outside world.
public enum CardState: String, Sendable, CaseIterable {
    case good, expired
}

/// A successful charge, as the gateway has it on record.
public struct ChargeRecord: Codable, Hashable, Sendable {
    /// Whose card it was.
    public var account: String
    /// How much was charged.
    public var amount: Decimal
    /// What it was for: the id of the payment.
    public var reference: String

    public init(account: String, amount: Decimal, reference: String) {
        (self.account, self.amount, self.reference) = (account, amount, reference)
    }
}

/// An outside world that does as it is told, outlives every crash of the runtime, and does nothing twice for one key.
public final class ScriptedWorld: OutsideWorld, CardGateway, CustomerMail, Warehouse, Carrier {
    private let states: CardStates
    private let charging: ScriptedSystem<ChargeRecord, Void>
    private let refunding = ScriptedSystem<ChargeRecord, Void> { _ in }

    public init() {
        let states = CardStates()
        self.states = states
        charging = ScriptedSystem { charge in
            guard states[charge.account] != .expired else { throw CardDeclined(reason: "card expired") }
        }
    }

    public var cards: any CardGateway { self }
    public var mail: any CustomerMail { self }
    public var warehouse: any Warehouse { self }
    public var carrier: any Carrier { self }

    /// The charges that succeeded, in order.
    public var charges: [ChargeRecord] { charging.acts }

    /// The refunds, in order.
    public var refunds: [ChargeRecord] { refunding.acts }

    /// How often anything was asked of the gateway, repetitions of a key included.
    public var gatewayCalls: Int { charging.calls.count + refunding.calls.count }

    /// Replaces the card of an account; it is good unless set.
    public func setCard(of account: String, to card: CardState) { states[account] = card }

    /// Lets the next charges fail for technical reasons, as a broken line does.
    public func failNext(_ count: Int) { charging.follow(Array(repeating: .fail(), count: count)) }

    public func charge(account: String, amount: Decimal, reference: String, key: String) async throws {
        try await charging.call(ChargeRecord(account: account, amount: amount, reference: reference), key: key)
    }

    public func refund(account: String, amount: Decimal, reference: String, key: String) async throws {
        try await refunding.call(ChargeRecord(account: account, amount: amount, reference: reference), key: key)
    }

    public func remind(account: String, payment: String, key: String) async throws {}

    public func pick(order: String, items: [OrderItem], key: String) async throws -> String { "pick-\(order)" }

    public func ship(order: String, pick: String, to recipient: Customer, key: String) async throws -> String {
        "shipment-\(order)"
    }
}

/// How the cards of all accounts are.
private final class CardStates: Sendable {
    private let states = Mutex<[String: CardState]>([:])

    subscript(account: String) -> CardState? {
        get { states.withLock { $0[account] } }
        set { states.withLock { $0[account] = newValue } }
    }
}
