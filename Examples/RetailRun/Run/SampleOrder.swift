import SkeinStorage
import Foundation
import RetailServices
import Skein

/// The order with a number: always the same one, so that nothing but the number has to be remembered.
struct SampleOrder {
    let placed: CheckoutOrderPlaced
    /// What the customer's account starts with, where it starts with anything.
    let welcome: Decimal?

    private static let names = [
        "kermit", "piggy", "fozzie", "gonzo", "rowlf", "scooter", "animal", "beaker", "bunsen", "rizzo", "pepe", "sam",
    ]
    private static let articles = ["tea", "lamp", "chair", "kettle", "ukulele", "rubber duck"]

    init(number: Int) {
        var dice = Dice("order/\(number)")
        // More orders than customers, so that some have several payments at once.
        let person = dice.roll(max(8, number * 2 / 3))
        let name = "\(Self.names[person % Self.names.count])-\(person)"
        var personal = Dice("customer/\(name)")
        let isVIP = personal.roll(20) == 0
        welcome = personal.roll(100) < 40 ? Decimal(10 + personal.roll(60)) : nil
        let customer = Customer(name: name, address: "\(1 + person) Sesame Street", isVIP: isVIP ? true : nil)
        let item = OrderItem(articleID: Self.articles[dice.roll(Self.articles.count)], amount: 1 + dice.roll(3))
        placed = CheckoutOrderPlaced(
            orderID: "order-\(number)", customer: customer, items: [item],
            total: Decimal(500 + dice.roll(7500)) / 100)
    }
}

/// Numbers that follow from a text, the same on every machine and in every run.
struct Dice {
    private var state: UInt64

    init(_ text: String) { state = StableHash.value(of: text) }

    /// A number from 0 up to, but not including, the number of sides.
    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(sides, 1)))
    }
}
