import SkeinStorage
import CheckIn
import Foundation
import RetailServices
import RetailPlay
import SkeinCore
import SkeinTesting
import Testing
import Trip

@Suite("The catalogue")
struct CatalogueTests {
    /// What a play has published, and what its components have declared, by component.
    private func look(_ stage: Stage) throws -> (seen: [String: Set<String>], declared: [String: CatalogueEntry]) {
        var seen: [String: Set<String>] = [:]
        for record in try stage.log() where record.envelope.kind == .event {
            seen[record.envelope.source, default: []].insert(record.envelope.name.rawValue)
        }
        var declared: [String: CatalogueEntry] = [:]
        for component in seen.keys {
            let description = try #require(try stage.store(of: component).makeReader().catalogue(of: component))
            declared[component] = try JSONDecoder().decode(CatalogueEntry.self, from: description)
        }
        return (seen, declared)
    }

    /// Each event that was published must be declared, with its mode, and must be its component's own.
    private func check(_ stage: Stage, published expected: String...) throws {
        let (seen, declared) = try look(stage)
        for (component, names) in seen {
            let published = declared[component]?.publishes.filter { $0.kind == .event } ?? []
            #expect(names.subtracting(published.map(\.name)) == [], "\(component)")
            #expect(published.allSatisfy { $0.mode == .localStore && $0.name.hasPrefix(component + ".") })
        }
        #expect(Set(expected).subtracting(seen.values.joined()) == [])
    }

    @Test("has everything that payments publish")
    func payments() throws {
        for story in PaymentStory.all { try check(story.scenario.perform().0, published: "payment.requested") }
    }

    @Test("has everything that an order publishes, however it goes", arguments: OrderNotation.allCases)
    func orders(notation: OrderNotation) throws {
        var scenario = OrderScenario()
        scenario.notation = notation
        for payment in OrderScenario.PaymentScript.allCases {
            scenario.payment = payment
            try check(scenario.perform().0, published: "checkout.orderPlaced", "payment.requested")
        }
        (scenario.payment, scenario.fetch) = (.received, .late)
        try check(scenario.perform().0, published: "payment.refunded", "order.notFulfilled")
        (scenario.fetch, scenario.ship) = (.ok, .late)
        try check(scenario.perform().0, published: "shipping.goodsShipped", "order.notFulfilled")
    }

    @Test("has everything that the whole shop publishes", arguments: OrderNotation.allCases)
    func shop(notation: OrderNotation) throws {
        let stage = try Stage(RetailComponents.all(notation: notation, world: ScriptedWorld()), PlayOptions())
        for number in 1...2 {
            let order = CheckoutOrderPlaced(
                orderID: "\(number)", customer: Customer(name: "martin", address: "Swamp 1"),
                items: [OrderItem(articleID: "banjo", amount: 1)], total: 25)
            try stage.publish(order, as: "checkout")
        }
        stage.runToEnd()
        // A payment that was received is refunded when it is canceled.
        try stage.send(CancelPayment(paymentID: "p1", reason: "test"))
        stage.runToEnd()
        try check(
            stage, published: "account.created", "account.verified", "card.charged", "order.fulfilled",
            "payment.refundRequested", "card.refunded", "payment.refunded")
    }

    @Test("has as many components as the documents count", arguments: ["README.md", "CHANGELOG.md", "Scripts/demo"])
    func count(document: String) throws {
        #expect(RetailComponents.all(world: ScriptedWorld()).count == 7)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent(document), encoding: .utf8)
        #expect(text.contains("seven components"))
        #expect(!text.contains(try Regex("(six|eight) (components|services)")))
    }

    @Test("has everything that a check-in publishes")
    func checkIn() throws {
        for barcode in [BarcodeScript.ok, .slow, .downForEver] {
            try check(CheckInScenario(barcode: barcode).perform().0)
            try check(CheckInScenario(barcode: barcode, isAsynchronous: true).perform().0)
        }
        let failing = CheckInScenario(barcode: .down(for: .zero), isAsynchronous: true)
        try check(failing.perform().0, published: "barcode.failed", "checkin.travellerReferred")
    }

    @Test("has everything that a trip publishes")
    func trip() throws {
        try check(TripScenario().perform().0, published: "booking.made", "trip.booked")
        try check(
            TripScenario(unavailable: .flight).perform().0, published: "booking.refused", "booking.canceled",
            "trip.notBooked")
    }
}
