import Skein

extension RetailComponents {
    /// Hands goods to the carrier.
    static func shipping(_ notation: OrderNotation, _ world: any OutsideWorld) -> Component {
        Component("shipping") {
            Publishes(GoodsShipped.self)
            Handle(ShipGoods.self) { command, context in
                let shipment = try await world.carrier.ship(
                    order: command.orderID, pick: command.pickID, to: command.recipient, key: context.idempotencyKey)
                try context.publish(GoodsShipped(orderID: command.orderID, shipmentID: shipment))
            }
            if notation == .choreography { ShippingPolicies.parts }
        }
    }
}
