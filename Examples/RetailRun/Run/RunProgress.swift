import SkeinStorage
import GRDB
import RetailServices
import Skein

/// How far a run is, folded from the log message by message.
struct RunProgress: Sendable {
    /// How many orders there are to be in the end.
    let orders: Int
    private(set) var fulfilled = 0
    private(set) var notFulfilled = 0
    private(set) var canceled = 0
    private(set) var charges = 0
    private(set) var declined = 0
    private(set) var placed = 0
    private(set) var position: Int64 = 0
    private var openOrders: Set<String> = []
    private var openPayments: Set<String> = []
    /// Payments of orders that were given up; one that is received all the same is on its way back.
    private var unwantedPayments: Set<String> = []
    private var receivedPayments: Set<String> = []

    init(orders: Int) { self.orders = orders }

    var open: Int { openOrders.count }

    /// Payments that have not come to an end, whether or not their orders have.
    var openPaymentCount: Int { openPayments.count }

    /// Whether no more orders come.
    var isPlaced: Bool { placed >= orders }

    /// Whether every order has been placed and has ended, and no money is on its way.
    var isComplete: Bool { isPlaced && openOrders.isEmpty && openPayments.isEmpty }

    /// Takes in what has been added to the log since the last time.
    mutating func read(_ reader: any StoreReader) throws {
        while true {
            let records = try reader.records(after: position, limit: 1000)
            for record in records { note(record.envelope.name.rawValue, record.envelope.subject, record.position) }
            if records.count < 1000 { return }
        }
    }

    /// Takes in what another process has added to its log since the last time.
    mutating func read(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT position, type, subject FROM event WHERE position > ? ORDER BY position",
            arguments: [position])
        while let row = try rows.next() { note(row["type"], row["subject"], row["position"]) }
    }

    /// - Parameter key: the subject, by which orders and payments are known.
    private mutating func note(_ name: String, _ key: String, _ position: Int64) {
        self.position = position
        switch name {
        case CheckoutOrderPlaced.name.rawValue:
            placed += 1
            openOrders.insert(key)
        case OrderFulfilled.name.rawValue: if openOrders.remove(key) != nil { fulfilled += 1 }
        case OrderNotFulfilled.name.rawValue: if openOrders.remove(key) != nil { notFulfilled += 1 }
        case OrderCanceled.name.rawValue:
            if openOrders.remove(key) != nil { canceled += 1 }
            let payment = PaymentID.payment(of: key)
            unwantedPayments.insert(payment)
            if receivedPayments.contains(payment) { openPayments.insert(payment) }
        case PaymentRequested.name.rawValue, PaymentRefundRequested.name.rawValue: openPayments.insert(key)
        case PaymentReceived.name.rawValue:
            receivedPayments.insert(key)
            if !unwantedPayments.contains(key) { openPayments.remove(key) }
        case PaymentCanceled.name.rawValue: openPayments.remove(key)
        case PaymentRefunded.name.rawValue:
            receivedPayments.remove(key)
            openPayments.remove(key)
        case CardCharged.name.rawValue: charges += 1
        case CardFailed.name.rawValue: declined += 1
        default: break
        }
    }
}
