import SkeinStorage
import Foundation
import RetailServices
import RetailPlay
import SkeinCore
import SkeinTesting
import Testing

/// A script for an order, and what must come of it.
struct OrderStory: Sendable {
    var name: String
    var change: @Sendable (inout OrderScenario) -> Void
    /// After `checkout.orderPlaced` and `order.placed`.
    var events: [String]

    static let start = ["P0D account.created", "P0D payment.requested 25"]
    static let paid = start + ["P0D payment.received 25"]

    static let all: [OrderStory] = [
        OrderStory(
            name: "O1", change: { _ in },
            events: paid + [
                "P0D inventory.goodsFetched", "P0D shipping.goodsShipped", "P0D order.fulfilled",
            ]),
        OrderStory(
            name: "O2", change: { $0.payment = .canceled },
            events: start + [
                "P0D payment.canceled 25", "P0D order.notFulfilled",
            ]),
        OrderStory(
            name: "O3", change: { $0.customer = .known },
            events: [
                "P0D account.verified", "P0D payment.requested 25", "P0D payment.received 25",
                "P0D inventory.goodsFetched",
                "P0D shipping.goodsShipped", "P0D order.fulfilled",
            ]),
        OrderStory(name: "O4, silence", change: { $0.payment = .silent }, events: start + ["P20D order.canceled"]),
        OrderStory(
            name: "O4, crossing", change: { $0.payment = .late },
            events: start + [
                "P20D order.canceled", "P21D payment.received 25", "P21D payment.refunded 25",
            ]),
        OrderStory(
            name: "O5", change: { $0.fetch = .late },
            events: paid + [
                "PT12H payment.refunded 25", "PT12H order.notFulfilled", "PT13H inventory.goodsFetched",
            ]),
        OrderStory(
            name: "O6", change: { $0.ship = .late },
            events: paid + [
                "P0D inventory.goodsFetched", "P1D payment.refunded 25", "P1D order.notFulfilled",
                "P1DT1H shipping.goodsShipped",
            ]),
        OrderStory(
            name: "O7", change: { $0.isVIP = true },
            events: [
                "P0D account.created", "P0D inventory.goodsFetched", "P0D shipping.goodsShipped", "P0D order.fulfilled",
            ]),
        OrderStory(
            name: "O7, compensated", change: { ($0.isVIP, $0.fetch) = (true, .late) },
            events: [
                "P0D account.created", "PT12H order.notFulfilled", "PT13H inventory.goodsFetched",
            ]),
    ]

    func scenario(_ notation: OrderNotation) -> OrderScenario {
        var scenario = OrderScenario()
        scenario.notation = notation
        change(&scenario)
        return scenario
    }
}

extension OrderStory: CustomTestStringConvertible {
    var testDescription: String { name }
}

@Suite("Orders")
struct OrderScenarioTests {
    private static let combinations = Way.allCases.flatMap { way in OrderNotation.allCases.map { (way, $0) } }

    @Test("go as the scenario says, in both notations and every way", arguments: OrderStory.all, combinations)
    func story(story: OrderStory, combination: (Way, OrderNotation)) throws {
        let (way, notation) = combination
        let lines = try story.scenario(notation).play(way.options)
        #expect(try took(lines).events == ["P0D checkout.orderPlaced", "P0D order.placed"] + story.events)
        #expect(try lines == story.scenario(notation).play())
    }

    @Test("send payment.cancel, and one payment.refund should the money have crossed it", arguments: combinations)
    func crossing(combination: (Way, OrderNotation)) throws {
        var scenario = OrderScenario()
        (scenario.payment, scenario.notation) = (.late, combination.1)
        var options = combination.0.options
        options.tellsAll = true
        let told = try Told.lines(scenario.play(options))
        #expect(told.filter { $0.type == "payment.cancel" }.map(\.at) == ["P20D"])
        #expect(told.filter { $0.type == "payment.refund" }.map(\.at) == ["P21D"])
    }

    @Test(
        "return money that comes for a given-up order, once, however late it comes", arguments: OrderNotation.allCases)
    func forsakenMoney(notation: OrderNotation) throws {
        var scenario = OrderScenario()
        (scenario.payment, scenario.notation) = (.silent, notation)
        let stage = try scenario.perform().0
        stage.wait(for: .days(1000))
        let received = PaymentReceived(
            paymentID: PaymentID.payment(of: "1"), orderID: "1", accountID: "kermit", amount: 25)
        for _ in 1...2 { try stage.publish(received, as: "payment") }
        #expect(try stage.log().filter { $0.envelope.name == PaymentRefunded.name }.count == 1)
    }

    @Test("refund nothing that was never paid", arguments: OrderNotation.allCases)
    func nothingToRefund(notation: OrderNotation) throws {
        var scenario = OrderScenario()
        (scenario.isVIP, scenario.ship, scenario.notation) = (true, .late, notation)
        let told = try Told.lines(scenario.play(PlayOptions(tellsAll: true)))
        #expect(!told.contains { $0.type.hasPrefix("payment.") })
    }
}

@Suite("Orders among the real components")
struct WholeShopTests {
    private func order(_ id: String, by name: String) -> CheckoutOrderPlaced {
        CheckoutOrderPlaced(
            orderID: id, customer: Customer(name: name, address: "Swamp 1"),
            items: [OrderItem(articleID: "banjo", amount: 1)], total: 25)
    }

    @Test("are fulfilled, and come to nothing after two weeks without a good card", arguments: OrderNotation.allCases)
    func wholeShop(notation: OrderNotation) throws {
        let world = ScriptedWorld()
        world.setCard(of: "kermit", to: .expired)
        let stage = try Stage(RetailComponents.all(notation: notation, world: world), PlayOptions())
        try stage.raiseCurtain()
        try stage.publish(order("1", by: "martin"), as: "checkout")
        try stage.publish(order("2", by: "kermit"), as: "checkout")
        stage.runToEnd()
        let told = try Told.lines(stage.lines()).map { "\($0.at) \($0.type)" }
        #expect(told.contains("P0D order.fulfilled"))
        #expect(told.last == "P14D order.notFulfilled")
        #expect(world.charges.map(\.reference) == ["p1"])
    }

    @Test("finish under the version that they were begun under (O8)", arguments: [false, true])
    func versions(crashing: Bool) throws {
        let (stage, end) = try VersionStory.perform(PlayOptions(isCrashing: crashing))
        #expect(try VersionStory.steps(of: "1", in: stage) == VersionStory.charging)
        #expect(try VersionStory.steps(of: "2", in: stage) == VersionStory.fetching)
        #expect(end.charges.map(\.reference) == ["p1", "p2"])
        // The deployment drops one process in any case.
        #expect(crashing ? stage.crashes > 10 : stage.crashes == 1)
    }
}
