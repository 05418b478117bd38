/// What an order says when it comes to nothing.
enum OrderFailure {
    static let noPayment = "nothing was heard of the payment for 20 days"
    static let paymentCanceled = "the payment was canceled"
    static let noGoods = "the goods were not fetched in 12 hours"
    static let noShipment = "the goods were not shipped in 24 hours"
}
