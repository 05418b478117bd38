public import SkeinMacros

/// Sends the goods of a pick to the customer.
@Command("shipping.shipGoods", subject: \.orderID)
public struct ShipGoods: Hashable {
    /// The order in question.
    public var orderID: String
    /// Under which the goods lie ready.
    public var pickID: String
    /// To whom the goods go.
    public var recipient: Customer

    public init(orderID: String, pickID: String, recipient: Customer) {
        (self.orderID, self.pickID, self.recipient) = (orderID, pickID, recipient)
    }
}

/// The goods are on their way.
@Event("shipping.goodsShipped", subject: \.orderID)
public struct GoodsShipped: Hashable {
    /// The order in question.
    public var orderID: String
    /// Under which the goods travel.
    public var shipmentID: String

    public init(orderID: String, shipmentID: String) {
        (self.orderID, self.shipmentID) = (orderID, shipmentID)
    }
}
