public import Skein

/// How the way of an order through the components is written down.
public enum OrderNotation: String, Sendable, CaseIterable {
    /// As a process in the order component.
    case code
    /// Nowhere: each component reacts to the event of the one before.
    case choreography
}

/// The components of the shop: checkout, order, account, card, payment, inventory and shipping.
///
/// The same messages travel whatever the notation; in the choreography, policies in the reacting components take the
/// place of the order process.
public enum RetailComponents {
    /// All seven.
    ///
    /// - Parameters:
    ///   - notation: how the way of an order is written down.
    ///   - release: which version of the order process new orders take; for the notation ``OrderNotation/code``.
    ///   - deadlines: how long the shop waits for others.
    ///   - world: what the components talk to.
    public static func all(
        notation: OrderNotation = .code, release: OrderRelease = .first, deadlines: Deadlines = Deadlines(),
        world: any OutsideWorld
    ) -> [Component] {
        [
            checkout, order(notation, release: release, deadlines: deadlines), account(notation), card(world),
            payment(notation, deadlines: deadlines),
            inventory(notation, world), shipping(notation, world),
        ]
    }

    /// Takes orders from customers.
    public static var checkout: Component {
        Component("checkout") { Publishes(CheckoutOrderPlaced.self) }
    }
}
