#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import SkeinMacros

/// Takes an order over from the checkout.
@Command("order.place", subject: \.orderID)
public struct PlaceOrder: Hashable {
    /// The order in question.
    public var orderID: String
    /// Who ordered.
    public var customer: Customer
    /// What was ordered.
    public var items: [OrderItem]
    /// What is to be paid.
    public var total: Decimal

    public init(orderID: String, customer: Customer, items: [OrderItem], total: Decimal) {
        (self.orderID, self.customer, self.items, self.total) = (orderID, customer, items, total)
    }
}

/// Closes an order whose goods are on their way.
@Command("order.finish", subject: \.orderID)
public struct FinishOrder: Hashable {
    /// The order in question.
    public var orderID: String

    public init(orderID: String) {
        self.orderID = orderID
    }
}

/// An order has been taken over.
@Event("order.placed", subject: \.orderID)
public struct OrderPlaced: Hashable {
    /// The order in question.
    public var orderID: String
    /// Who ordered.
    public var customer: Customer
    /// What was ordered.
    public var items: [OrderItem]
    /// What is to be paid.
    public var total: Decimal

    public init(orderID: String, customer: Customer, items: [OrderItem], total: Decimal) {
        (self.orderID, self.customer, self.items, self.total) = (orderID, customer, items, total)
    }
}

/// The customer has, or will have, what was ordered.
@Event("order.fulfilled", subject: \.orderID)
public struct OrderFulfilled: Hashable {
    /// The order in question.
    public var orderID: String

    public init(orderID: String) {
        self.orderID = orderID
    }
}

/// The order has come to nothing; what was paid has been returned.
@Event("order.notFulfilled", subject: \.orderID)
public struct OrderNotFulfilled: Hashable {
    /// The order in question.
    public var orderID: String
    /// In words, for people.
    public var reason: String

    public init(orderID: String, reason: String) {
        (self.orderID, self.reason) = (orderID, reason)
    }
}

/// The order was given up because nothing was heard of its payment.
@Event("order.canceled", subject: \.orderID)
public struct OrderCanceled: Hashable {
    /// The order in question.
    public var orderID: String
    /// In words, for people.
    public var reason: String

    public init(orderID: String, reason: String) {
        (self.orderID, self.reason) = (orderID, reason)
    }
}
