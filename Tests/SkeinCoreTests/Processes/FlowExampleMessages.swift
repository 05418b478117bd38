import SkeinCore

// The messages of the examples in the documentation of `Flow`.
extension FlowExamples {
    struct AmountWithdrawn: Event {
        static let name: MessageName = "example.amountWithdrawn"
        var accountID: String
        var amount: Int
    }

    struct AmountCredited: Event {
        static let name: MessageName = "example.amountCredited"
    }

    struct CardDetailsUpdated: Event {
        static let name: MessageName = "example.cardDetailsUpdated"
    }

    struct OrderFulfilled: Event {
        static let name: MessageName = "example.orderFulfilled"
        var orderID: String
    }

    struct LineFulfilled: Event {
        static let name: MessageName = "example.lineFulfilled"
        var orderID: String
        var line: Int
    }

    struct AddressChecked: Event {
        static let name: MessageName = "example.addressChecked"
    }

    struct SubscriptionStarted: Event {
        static let name: MessageName = "example.subscriptionStarted"
        var id: String
        var month: Int
    }

    struct OrderApproved: Event {
        static let name: MessageName = "example.orderApproved"
    }

    struct OrderCanceled: Event {
        static let name: MessageName = "example.orderCanceled"
        var orderID: String
    }

    struct PaymentReceived: Event {
        static let name: MessageName = "example.paymentReceived"
    }

    struct PaymentCanceled: Event {
        static let name: MessageName = "example.paymentCanceled"
    }

    struct GoodsFetched: Event {
        static let name: MessageName = "example.goodsFetched"
    }

    struct CardCharged: Event {
        static let name: MessageName = "example.cardCharged"
    }

    struct CardFailed: Event {
        static let name: MessageName = "example.cardFailed"
    }

    struct BookingCanceled: Event {
        static let name: MessageName = "example.bookingCanceled"
    }

    struct PaymentRefunded: Event {
        static let name: MessageName = "example.paymentRefunded"
    }

    struct TripNotBooked: Event {
        static let name: MessageName = "example.tripNotBooked"
        var tripID: String
    }

    struct SeatsReleased: Event {
        static let name: MessageName = "example.seatsReleased"
    }

    struct SeatsReserved: Event {
        static let name: MessageName = "example.seatsReserved"
    }

    struct PaymentCollected: Event {
        static let name: MessageName = "example.paymentCollected"
    }

    struct PaymentDeclined: Event {
        static let name: MessageName = "example.paymentDeclined"
    }

    struct ReservationLapsed: Event {
        static let name: MessageName = "example.reservationLapsed"
        var id: String
    }

    struct Withdraw: Command {
        static let name: MessageName = "example.withdraw"
    }

    struct CreditAmount: Command {
        static let name: MessageName = "example.creditAmount"
        var accountID: String
        var amount: Int
    }

    struct RemindOfCardUpdate: Command {
        static let name: MessageName = "example.remindOfCardUpdate"
        var accountID: String
    }

    struct CheckAddress: Command {
        static let name: MessageName = "example.checkAddress"
    }

    struct CancelPayment: Command {
        static let name: MessageName = "example.cancelPayment"
        var reason: String
    }

    struct FetchGoods: Command {
        static let name: MessageName = "example.fetchGoods"
    }

    struct Charge: Command {
        static let name: MessageName = "example.charge"
    }

    struct CancelBooking: Command {
        static let name: MessageName = "example.cancelBooking"
        var tripID: String
    }

    struct RefundPayment: Command {
        static let name: MessageName = "example.refundPayment"
        var paymentID: String
    }

    struct ReleaseSeats: Command {
        static let name: MessageName = "example.releaseSeats"
        var id: String
    }

    struct ReserveSeats: Command {
        static let name: MessageName = "example.reserveSeats"
        var id: String
    }

    struct CollectPayment: Command {
        static let name: MessageName = "example.collectPayment"
        var id: String
    }

    struct CurrentRate: Query {
        static let name: MessageName = "example.currentRate"
        typealias Answer = RateOfExchange
    }

    struct AskRate: Query {
        static let name: MessageName = "example.askRate"
        typealias Answer = RateOfExchange
        var currency: String
    }

    struct RateOfExchange: Document {
        static let name: MessageName = "example.rate"
        var rate: Double
    }

    struct AskAccountSummary: Query {
        static let name: MessageName = "example.askAccountSummary"
        typealias Answer = AccountSummary
        var accountID: String
    }

    struct AccountSummary: Document {
        static let name: MessageName = "example.accountSummary"
        var balance: Int
    }
}
