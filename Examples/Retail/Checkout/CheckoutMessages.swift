#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif
public import SkeinMacros

/// A customer has ordered at the checkout.
@Event("checkout.orderPlaced", subject: \.orderID)
public struct CheckoutOrderPlaced: Hashable {
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
