import Foundation
public import RetailServices
import Skein
import SkeinTesting

/// One order, with the other components scripted.
public struct OrderScenario: Hashable, Sendable {
    /// What the order hears of its payment.
    public enum PaymentScript: String, Sendable, CaseIterable {
        /// It is received at once.
        case received
        /// It is canceled at once.
        case canceled
        /// Nothing, ever.
        case silent
        /// It is received on day 21, after the order was given up.
        case late
    }

    /// Whether a component answers in time.
    public enum Punctuality: String, Sendable, CaseIterable {
        case ok, late
    }

    /// Whether the customer has an account at the beginning.
    public enum Acquaintance: String, Sendable, CaseIterable {
        case known, unknown
    }

    /// How the way of the order is written down.
    public var notation = OrderNotation.code
    /// Which version of the order process is the newest.
    public var release = OrderRelease.first
    /// Whether the customer gets an invoice later.
    public var isVIP = false
    /// Whether the customer has been here before.
    public var customer = Acquaintance.unknown
    /// What the order hears of its payment.
    public var payment = PaymentScript.received
    /// Whether the goods are fetched in 12 hours, or in 13.
    public var fetch = Punctuality.ok
    /// Whether the goods are shipped in 24 hours, or in 25.
    public var ship = Punctuality.ok

    public init() {}

    /// Who orders.
    static let account = "kermit"

    /// The order itself.
    var order: CheckoutOrderPlaced {
        CheckoutOrderPlaced(
            orderID: "1", customer: Customer(name: Self.account, address: "Swamp 1", isVIP: isVIP ? true : nil),
            items: [OrderItem(articleID: "banjo", amount: 1)], total: 25)
    }

    /// Plays everything to its end.
    ///
    /// - Returns: a JSON object a line: what was published, and `end`.
    public func play(_ options: PlayOptions = PlayOptions()) throws -> [String] {
        let (stage, end) = try perform(options)
        return try stage.lines() + [stage.end(end)]
    }

    /// Plays everything to its end, for a closer look.
    public func perform(_ options: PlayOptions = PlayOptions()) throws -> (Stage, EndPayload) {
        let stage = try Stage(
            [
                RetailComponents.checkout, RetailComponents.order(notation, release: release),
                RetailComponents.account(notation),
                ScriptedOffices.payment(payment, total: order.total, notation),
                ScriptedOffices.inventory(delay: fetch == .late ? .hours(13) : .zero, notation),
                ScriptedOffices.shipping(delay: ship == .late ? .hours(25) : .zero, notation),
            ], options)
        if customer == .known { try stage.send(VerifyOrCreateAccount(name: Self.account)) }
        try stage.raiseCurtain()
        try stage.publish(order, as: "checkout")
        stage.runToEnd()
        let balance = try BalanceProjection.balance(of: Self.account, in: stage.store(of: "account"))
        return (stage, EndPayload(balances: [Self.account: balance], charges: []))
    }
}
