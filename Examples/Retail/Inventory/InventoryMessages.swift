public import SkeinMacros

/// Gets the goods of an order ready.
@Command("inventory.fetchGoods", subject: \.orderID)
public struct FetchGoods: Hashable {
    /// The order in question.
    public var orderID: String
    /// What was ordered.
    public var items: [OrderItem]

    public init(orderID: String, items: [OrderItem]) {
        (self.orderID, self.items) = (orderID, items)
    }
}

/// The goods lie ready under a pick.
@Event("inventory.goodsFetched", subject: \.orderID)
public struct GoodsFetched: Hashable {
    /// The order in question.
    public var orderID: String
    /// Under which the goods lie ready.
    public var pickID: String

    public init(orderID: String, pickID: String) {
        (self.orderID, self.pickID) = (orderID, pickID)
    }
}
