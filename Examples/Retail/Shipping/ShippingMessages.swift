public import SkeinMacros

/// Sends the goods of a pick to the customer.
@Command("shipping.shipGoods", subject: \.orderID)
public struct ShipGoods: Hashable {
    public var orderID: String
    /// Under which the goods lie ready.
    public var pickID: String
    public var recipient: Customer
}

/// The goods are on their way.
@Event("shipping.goodsShipped", subject: \.orderID)
public struct GoodsShipped: Hashable {
    public var orderID: String
    public var shipmentID: String
}
