public import Foundation
public import SkeinMacros

/// Takes an order over from the checkout.
@Command("order.place", subject: \.orderID)
public struct PlaceOrder: Hashable {
    public var orderID: String
    public var customer: Customer
    public var items: [OrderItem]
    public var total: Decimal
}

/// Closes an order whose goods are on their way.
@Command("order.finish", subject: \.orderID)
public struct FinishOrder: Hashable {
    public var orderID: String
}

/// An order has been taken over.
@Event("order.placed", subject: \.orderID)
public struct OrderPlaced: Hashable {
    public var orderID: String
    public var customer: Customer
    public var items: [OrderItem]
    public var total: Decimal
}

/// The customer has, or will have, what was ordered.
@Event("order.fulfilled", subject: \.orderID)
public struct OrderFulfilled: Hashable {
    public var orderID: String
}

/// The order has come to nothing; what was paid has been returned.
@Event("order.notFulfilled", subject: \.orderID)
public struct OrderNotFulfilled: Hashable {
    public var orderID: String
    public var reason: String
}

/// The order was given up because nothing was heard of its payment.
@Event("order.canceled", subject: \.orderID)
public struct OrderCanceled: Hashable {
    public var orderID: String
    public var reason: String
}
