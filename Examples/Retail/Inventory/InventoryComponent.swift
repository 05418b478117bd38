import Skein

extension RetailComponents {
    /// Gets goods ready in the warehouse.
    static func inventory(_ notation: OrderNotation, _ world: any OutsideWorld) -> Component {
        Component("inventory") {
            Publishes(GoodsFetched.self)
            Handle(FetchGoods.self) { command, context in
                let pick = try await world.warehouse.pick(
                    order: command.orderID, items: command.items, key: context.idempotencyKey)
                try context.publish(GoodsFetched(orderID: command.orderID, pickID: pick))
            }
            if notation == .choreography { InventoryPolicies.parts }
        }
    }
}
