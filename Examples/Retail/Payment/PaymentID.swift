/// How the ids of payments and orders belong together: an order has one payment, so asking twice begins nothing new.
public enum PaymentID {
    /// The id of the payment of an order.
    public static func payment(of orderID: String) -> String { "p" + orderID }

    /// The id of the order of a payment.
    public static func order(of paymentID: String) -> String { String(paymentID.dropFirst()) }
}
