#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import Retail
import SkeinCore
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
    private struct State {
        var cards: [String: CardState] = [:]
        var declined: [String: CardDeclined] = [:]
        var seen: Set<String> = []
        var charges: [ChargeRecord] = []
        var refunds: [ChargeRecord] = []
        var calls = 0
        var failures = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var cards: any CardGateway { self }
    public var mail: any CustomerMail { self }
    public var warehouse: any Warehouse { self }
    public var carrier: any Carrier { self }

    /// The charges that succeeded, in order.
    public var charges: [ChargeRecord] { state.withLock { $0.charges } }

    /// The refunds, in order.
    public var refunds: [ChargeRecord] { state.withLock { $0.refunds } }

    /// How often anything was asked of the gateway, repetitions of a key included.
    public var gatewayCalls: Int { state.withLock { $0.calls } }

    /// Replaces the card of an account; it is good unless set.
    public func setCard(of account: String, to card: CardState) {
        state.withLock { $0.cards[account] = card }
    }

    /// Lets the next calls of the gateway fail for technical reasons, as a broken line does.
    public func failNext(_ count: Int) { state.withLock { $0.failures = count } }

    public func charge(account: String, amount: Decimal, reference: String, key: String) async throws {
        try state.withLock { state in
            state.calls += 1
            if state.failures > 0 {
                state.failures -= 1
                throw LineDown()
            }
            if let declined = state.declined[key] { throw declined }
            guard !state.seen.contains(key) else { return }
            guard state.cards[account] != .expired else {
                let declined = CardDeclined(reason: "card expired")
                state.declined[key] = declined
                throw declined
            }
            state.seen.insert(key)
            state.charges.append(ChargeRecord(account: account, amount: amount, reference: reference))
        }
    }

    public func refund(account: String, amount: Decimal, reference: String, key: String) async throws {
        state.withLock { state in
            state.calls += 1
            guard state.seen.insert(key).inserted else { return }
            state.refunds.append(ChargeRecord(account: account, amount: amount, reference: reference))
        }
    }

    public func remind(account: String, payment: String, key: String) async throws {}

    public func pick(order: String, items: [OrderItem], key: String) async throws -> String { "pick-\(order)" }

    public func ship(order: String, pick: String, to recipient: Customer, key: String) async throws -> String {
        "shipment-\(order)"
    }
}

/// The line to the outside system is broken.
public struct LineDown: Error, CustomStringConvertible {
    public var description: String { "no connection" }

    public init() {}
}
