public import Foundation
public import SkeinMacros

/// A customer has ordered at the checkout.
@Event("checkout.orderPlaced", subject: \.orderID)
public struct CheckoutOrderPlaced: Hashable {
    public var orderID: String
    public var customer: Customer
    public var items: [OrderItem]
    public var total: Decimal
}
