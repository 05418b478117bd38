import Foundation
import RetailPlay
import RetailServices
import SkeinCore
import SkeinStorage

/// O8: an order waits for its payment when the second version of the order process is deployed. Of the components only
/// `order` is replaced. Then another order comes.
enum VersionStory {
    /// What happens to an order under the first version.
    static let charging = ["payment.received", "inventory.goodsFetched", "shipping.goodsShipped", "order.fulfilled"]
    /// What happens to an order under the second version.
    static let fetching = ["inventory.goodsFetched", "payment.received", "shipping.goodsShipped", "order.fulfilled"]

    /// Plays it to its end.
    static func perform(_ options: PlayOptions) throws -> (Stage, EndPayload) {
        let world = ScriptedWorld()
        world.setCard(of: "kermit", to: .expired)
        let stage = try Stage(RetailComponents.all(world: world), options)
        try stage.raiseCurtain()
        try stage.publish(order("1", by: "kermit"), as: "checkout")
        stage.wait(until: .days(1))
        try stage.deploy(RetailComponents.order(.code, release: .second))
        try stage.publish(order("2", by: "martin"), as: "checkout")
        world.setCard(of: "kermit", to: .good)
        try stage.send(UpdateCardDetails(accountID: "kermit"))
        stage.runToEnd()
        let charges = world.charges.sorted { $0.reference < $1.reference }
        return (stage, EndPayload(balances: [:], charges: charges))
    }

    /// What happened to an order, in the order of writing.
    static func steps(of order: String, in stage: Stage) throws -> [String] {
        try stage.log().filter { record in
            let text = String(decoding: record.envelope.payload.bytes, as: UTF8.self)
            return charging.contains(record.envelope.name.rawValue) && text.contains("\"orderID\":\"\(order)\"")
        }.map(\.envelope.name.rawValue)
    }

    private static func order(_ id: String, by name: String) -> CheckoutOrderPlaced {
        CheckoutOrderPlaced(
            orderID: id, customer: Customer(name: name, address: "Swamp 1"),
            items: [OrderItem(articleID: "banjo", amount: 1)], total: 25)
    }
}
