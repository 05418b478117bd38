import SkeinStorage
import Foundation
import RetailServices
import RetailPlay
import SkeinCore
import SkeinTesting
import Testing

@Suite("Payments")
struct PaymentScenarioTests {
    @Test("go as the scenario says", arguments: PaymentStory.all + [.several])
    func story(story: PaymentStory) throws {
        let (events, end) = try took(story.scenario.play())
        #expect(events == story.events)
        #expect(end.balances == story.balances.mapValues { Decimal($0) })
        #expect((end.charges ?? []).map { "\($0.amount) \($0.reference)" } == story.charges)
    }

    @Test(
        "go the same way to the byte, and act once on the world, through duplicates and crashes at every commit (S8)",
        arguments: PaymentStory.all + [.several], Way.allCases.filter { $0 != .plain })
    func survival(story: PaymentStory, way: Way) throws {
        let (plain, plainWorld) = try story.scenario.perform()
        let (stage, world) = try story.scenario.perform(way.options)
        #expect(try byPayment(stage.lines()) == byPayment(plain.lines()))
        if story.name != PaymentStory.several.name { #expect(try stage.lines() == plain.lines()) }
        #expect(way.options.isCrashing ? stage.crashes > 10 : stage.crashes == 0)
        #expect(world.charges.sorted { $0.reference < $1.reference } == plainWorld.charges)
        for name in ["card.charge", "card.charged", "account.amountWithdrawn", "account.amountCredited", "card.remind"]
        {
            #expect(try count(name, stage) == count(name, plain), "\(name)")
        }
        #expect(try story.scenario.end(stage, world).balances == story.balances.mapValues { Decimal($0) })
    }

    /// The lines about each payment, in order; across payments the order may differ.
    private func byPayment(_ lines: [String]) throws -> [String: [String]] {
        let told = try Told.lines(lines)
        return Dictionary(grouping: zip(told, lines)) { $0.0.payment ?? "" }.mapValues { $0.map(\.1) }
    }

    private func count(_ name: String, _ stage: Stage) throws -> Int {
        try stage.log().count { $0.envelope.name.rawValue == name }
    }

    @Test("charge again after a technical failure, once, under the same key", arguments: Way.allCases)
    func technicalFailure(way: Way) throws {
        let world = ScriptedWorld()
        world.failNext(3)
        let stage = try Stage(RetailComponents.all(world: world), way.options)
        try stage.raiseCurtain()
        try stage.send(RequestPayment(orderID: "1", accountID: "martin", amount: 25))
        stage.runToEnd()
        #expect(world.charges.map(\.amount) == [25])
        #expect(world.gatewayCalls >= 4)
        #expect(
            try Told.lines(stage.lines()).map(\.type) == [
                "payment.requested", "card.charged", "payment.received",
            ])
    }
}

@Suite("Payments that are canceled or refunded from outside")
struct PaymentCancelTests {
    private func stage(_ way: Way, card: CardState) throws -> (Stage, ScriptedWorld) {
        let world = ScriptedWorld()
        world.setCard(of: "kermit", to: card)
        let stage = try Stage(RetailComponents.all(world: world), way.options)
        try stage.send(CreditAmount(accountID: "kermit", referenceID: "opening", amount: 5))
        try stage.raiseCurtain()
        try stage.send(RequestPayment(orderID: "1", accountID: "kermit", amount: 25))
        return (stage, world)
    }

    @Test("compensate and end when they were waiting for a card", arguments: Way.allCases)
    func whileWaiting(way: Way) throws {
        let (stage, world) = try stage(way, card: .expired)
        stage.wait(until: .days(3))
        try stage.send(CancelPayment(paymentID: "p1", reason: "changed my mind"))
        stage.runToEnd()
        #expect(
            try Told.lines(stage.lines()).map(\.short) == PaymentStory.failedStart + [
                "P2D card.updateReminded", "P3D account.amountCredited 5", "P3D payment.canceled 20",
            ])
        #expect(world.charges.isEmpty)
        #expect(try BalanceProjection.balance(of: "kermit", in: stage.store(of: "account")) == 5)
    }

    @Test("return each portion to where it came from when they were received", arguments: Way.allCases, [true, false])
    func afterReceipt(way: Way, byCanceling: Bool) throws {
        let (stage, world) = try stage(way, card: .good)
        stage.wait(until: .days(1))
        for _ in 1...2 {
            if byCanceling {
                try stage.send(CancelPayment(paymentID: "p1", reason: "too late"))
            } else {
                try stage.send(RefundPayment(paymentID: "p1"))
            }
        }
        stage.runToEnd()
        #expect(
            try Told.lines(stage.lines()).map(\.short) == [
                "P0D payment.requested 25", "P0D account.amountWithdrawn 5", "P0D payment.partlyCovered 5",
                "P0D card.charged 20", "P0D payment.received 25", "P1D payment.refundRequested", "P1D card.refunded 20",
                "P1D account.amountCredited 5", "P1D payment.refunded 25",
            ])
        #expect(world.refunds.map(\.amount) == [20])
        #expect(try BalanceProjection.balance(of: "kermit", in: stage.store(of: "account")) == 5)
    }
}
