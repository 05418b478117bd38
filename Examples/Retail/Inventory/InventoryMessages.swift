public import SkeinMacros

/// Gets the goods of an order ready.
@Command("inventory.fetchGoods", subject: \.orderID)
public struct FetchGoods: Hashable {
    public var orderID: String
    public var items: [OrderItem]
}

/// The goods lie ready under a pick.
@Event("inventory.goodsFetched", subject: \.orderID)
public struct GoodsFetched: Hashable {
    public var orderID: String
    /// Under which the goods lie ready.
    public var pickID: String
}
