import Skein

/// How long an order waits for the others, and what it says when it waits no longer.
enum OrderDeadline {
    static let payment = Duration.days(20)
    static let goods = Duration.hours(12)
    static let shipment = Duration.hours(24)

    static let noPayment = "nothing was heard of the payment for 20 days"
    static let paymentCanceled = "the payment was canceled"
    static let noGoods = "the goods were not fetched in 12 hours"
    static let noShipment = "the goods were not shipped in 24 hours"
}
