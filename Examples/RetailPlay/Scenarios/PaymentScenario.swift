public import Foundation
import RetailServices
import Skein
import SkeinTesting

/// Payments under the virtual clock: who has what, who pays when, whose card changes when.
public struct PaymentScenario: Hashable, Sendable {
    /// A payment that is requested at a time after the beginning.
    public struct Payment: Hashable, Sendable {
        /// After the beginning.
        public var at: Duration
        /// Who pays.
        public var account: String
        /// How much.
        public var amount: Decimal

        public init(at: Duration = .zero, account: String, amount: Decimal) {
            (self.at, self.account, self.amount) = (at, account, amount)
        }
    }

    /// A card that is updated at a time after the beginning.
    public struct CardUpdate: Hashable, Sendable {
        /// After the beginning.
        public var at: Duration
        /// Whose card.
        public var account: String
        /// How the new card is.
        public var card: CardState

        public init(at: Duration, account: String, card: CardState) {
            (self.at, self.account, self.card) = (at, account, card)
        }
    }

    /// The balances at the beginning; 0 where none is given.
    public var balances: [String: Decimal] = [:]
    /// The cards at the beginning; good where none is given.
    public var cards: [String: CardState] = [:]
    /// What is paid; the ids are `p1`, `p2` and so on in this order.
    public var payments: [Payment] = []
    /// Which cards change.
    public var updates: [CardUpdate] = []

    public init(
        balances: [String: Decimal] = [:], cards: [String: CardState] = [:], payments: [Payment] = [],
        updates: [CardUpdate] = []
    ) {
        (self.balances, self.cards, self.payments, self.updates) = (balances, cards, payments, updates)
    }

    /// Plays everything to its end.
    ///
    /// - Returns: a JSON object a line: what was published, and `end`.
    public func play(_ options: PlayOptions = PlayOptions()) throws -> [String] {
        let (stage, world) = try perform(options)
        return try stage.lines() + [stage.end(try end(stage, world))]
    }

    /// Plays everything to its end, for a closer look.
    public func perform(_ options: PlayOptions = PlayOptions()) throws -> (Stage, ScriptedWorld) {
        let world = ScriptedWorld()
        for (account, card) in cards { world.setCard(of: account, to: card) }
        let stage = try Stage(RetailComponents.all(world: world), options)
        for (account, balance) in balances.sorted(by: { $0.key < $1.key }) where balance > 0 {
            try stage.send(CreditAmount(accountID: account, referenceID: "opening", amount: balance))
        }
        try stage.raiseCurtain()
        for injection in injections {
            stage.wait(until: injection.at)
            try injection.inject(stage, world)
        }
        stage.runToEnd()
        return (stage, world)
    }

    /// How things stand after a play.
    public func end(_ stage: Stage, _ world: ScriptedWorld) throws -> EndPayload {
        let accounts = Set(balances.keys).union(cards.keys).union(payments.map(\.account)).union(updates.map(\.account))
        let all = try accounts.map { ($0, try BalanceProjection.balance(of: $0, in: stage.store(of: "account"))) }
        return EndPayload(balances: Dictionary(uniqueKeysWithValues: all), charges: world.charges)
    }

    private struct Injection {
        var at: Duration
        var inject: (Stage, ScriptedWorld) throws -> Void
    }

    /// What comes from outside, in order of time; each is one commit.
    private var injections: [Injection] {
        let requests = payments.enumerated().map { index, payment in
            Injection(at: payment.at) { stage, _ in
                try stage.send(
                    RequestPayment(orderID: "\(index + 1)", accountID: payment.account, amount: payment.amount))
            }
        }
        let updates = updates.map { update in
            Injection(at: update.at) { stage, world in
                world.setCard(of: update.account, to: update.card)
                try stage.send(UpdateCardDetails(accountID: update.account))
            }
        }
        // A sort by time alone need not keep the order of what happens at the same time.
        return (requests + updates).enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }
}
