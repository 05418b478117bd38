import SkeinCore

/// The examples in the documentation of `Flow` and of what its calls take, so that the compiler reads them. That each
/// of them is here, `FlowExampleTests` checks.
enum FlowExamples {
    struct CardDeclined: BusinessError {}

    enum NextStep {
        case tryAgain
        case giveUp(String)
    }

    struct Order {
        var orderID = ""
        var customerID = ""
        var total = 0
        var lines: [Int] = []
    }

    struct Payment {
        var accountID = ""
        var paymentID = ""
    }

    struct Trip {
        var tripID = ""
        var departure = Timestamp.epoch
    }

    /// The world outside.
    struct Outside: Sendable {
        func print(_ withdrawn: AmountWithdrawn, key: String) async throws -> String { key }
        func charge(_ amount: Int, key: String) async throws -> String { key }
        func refund(_ receipt: String, key: String) async throws {}
        func reserve(_ seats: [Int], reservation: String) async throws {}
        func release(reservation: String?) async throws {}
        func open() async throws {}
        func close() async throws {}
    }

    static let (order, payment, trip, outside) = (Order(), Payment(), Trip(), Outside())

    static func overview(_ flow: Flow, _ accountID: String, _ paymentID: String) async throws {
        let (withdraw, printer) = (Withdraw(), outside)
        let withdrawn = try await flow.request(withdraw, expecting: AmountWithdrawn.self)
        let rate = try await flow.ask(CurrentRate())
        let next = try await flow.wait(until: .days(14)) {
            On(CardDetailsUpdated.self, for: accountID) { _ in true }
            On(CancelPayment.self, for: paymentID) { _ in false }
        }
        let receipt = try await flow.perform("print a receipt") { activity in
            try await printer.print(withdrawn, key: activity.idempotencyKey)
        }
        _ = (rate, next, receipt)
    }

    static func step(_ flow: Flow, _ start: SubscriptionStarted, _ checkAddress: CheckAddress) async throws {
        let deadline = flow.now.advanced(by: .days(14))
        let transferID = flow.uuid()
        _ = (deadline, transferID)
        try await flow.sleep(for: .minutes(flow.random(in: 1...30)))
        flow.set("customer", to: order.customerID)
        flow.publish(OrderFulfilled(orderID: order.orderID))
        flow.publish(contentsOf: order.lines.map { LineFulfilled(orderID: order.orderID, line: $0) })
        flow.send(RemindOfCardUpdate(accountID: payment.accountID))
        try await flow.sleep(for: .days(3))
        try await flow.sleep(until: trip.departure)
        if flow.hasChange("check the address") {
            try await flow.request(checkAddress, expecting: AddressChecked.self)
        }
        try flow.restart(with: SubscriptionStarted(id: start.id, month: start.month + 1))
    }

    static func waiting(_ flow: Flow) async throws {
        let approved = try await flow.wait(for: OrderApproved.self, key: order.orderID)
        let isPaid = try await flow.wait {
            On(PaymentReceived.self, for: order.orderID) { _ in true }
            On(PaymentCanceled.self, for: order.orderID) { _ in false }
        }
        let next: NextStep? = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
            On(CardDetailsUpdated.self, for: payment.accountID) { _ in .tryAgain }
            On(CancelPayment.self, for: payment.paymentID) { .giveUp($0.reason) }
        } onReminder: {
            flow.send(RemindOfCardUpdate(accountID: payment.accountID))
        }
        _ = (approved, isPaid, next)
    }

    static func approval(_ flow: Flow) async throws {
        guard let approved = try await flow.wait(for: OrderApproved.self, key: order.orderID, until: .days(2)) else {
            return flow.publish(OrderCanceled(orderID: order.orderID))
        }
        _ = approved
    }

    static func limits(_ flow: Flow, _ accountID: String) async throws {
        let deadline = flow.now.advanced(by: .days(14))
        let updated = try await flow.wait(for: CardDetailsUpdated.self, key: accountID, until: deadline)
        let updatedAgain = try await flow.wait(for: CardDetailsUpdated.self, key: accountID, until: .days(14))
        _ = (updated, updatedAgain)
    }

    static func arms(_ flow: Flow, until deadline: Timestamp) async throws {
        let next: NextStep? = try await flow.wait(until: deadline) {
            On(CardDetailsUpdated.self, for: payment.accountID) { _ in .tryAgain }
            On(CancelPayment.self, for: payment.paymentID) { .giveUp($0.reason) }
        }
        _ = next
    }

    static func reminders(_ flow: Flow, _ accountID: String) async throws {
        let updated = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
            On(CardDetailsUpdated.self, for: accountID)
        } onReminder: {
            flow.send(RemindOfCardUpdate(accountID: accountID))
        }
        _ = updated
    }

    static func requests(_ flow: Flow, _ accountID: String, _ lastKnownRate: Double) async throws {
        let (withdraw, fetchGoods) = (Withdraw(), FetchGoods())
        let withdrawn = try await flow.request(withdraw, expecting: AmountWithdrawn.self)
        let fetched = try await flow.request(fetchGoods, expecting: GoodsFetched.self, until: .days(3))
        try await flow.request(
            withdraw, expecting: AmountWithdrawn.self,
            undo: { CreditAmount(accountID: $0.accountID, amount: $0.amount) }, confirmedBy: AmountCredited.self)
        let balance = try await flow.ask(AskAccountSummary(accountID: accountID)).balance
        let rate = try await flow.ask(AskRate(currency: "EUR"), until: .minutes(1))?.rate ?? lastKnownRate
        _ = (withdrawn, fetched, balance, rate)
    }

    static func replies(_ flow: Flow, _ charge: Charge) async throws {
        let isCharged = try await flow.request(charge) {
            Reply(CardCharged.self) { _ in true }
            Reply(CardFailed.self) { _ in false }
        }
        _ = isCharged
    }

    static func repliesInTime(_ flow: Flow, _ charge: Charge) async throws {
        let isCharged = try await flow.request(charge, until: .minutes(5)) {
            Reply(CardCharged.self) { _ in true }
            Reply(CardFailed.self) { _ in false }
        }
        _ = isCharged
    }

    static func compensation(_ flow: Flow, _ tripID: String, _ paymentID: String) async throws {
        flow.onCompensation(request: CancelBooking(tripID: tripID), expecting: BookingCanceled.self)
        flow.onCompensation(
            request: RefundPayment(paymentID: paymentID), expecting: PaymentRefunded.self, for: paymentID)
        try await flow.compensate()
        flow.publish(TripNotBooked(tripID: trip.tripID))
    }

    static func deadline(_ flow: Flow, _ start: SubscriptionStarted) async throws {
        let isPaid = try await flow.within(.minutes(10)) {
            flow.onCompensation(request: ReleaseSeats(id: start.id), expecting: SeatsReleased.self)
            try await flow.request(ReserveSeats(id: start.id), expecting: SeatsReserved.self)
            return try await flow.request(CollectPayment(id: start.id)) {
                Reply(PaymentCollected.self) { _ in true }
                Reply(PaymentDeclined.self) { _ in false }
            }
        }
        if isPaid != true {
            try await flow.compensate()
            flow.publish(ReservationLapsed(id: start.id))
        }
    }

    static func activities(_ flow: Flow) async throws {
        let (cards, gate) = (outside, outside)
        let receipt = try await flow.perform("charge the card", throwing: CardDeclined.self) { activity in
            try await cards.charge(order.total, key: activity.idempotencyKey)
        }
        try await flow.perform("open the gate", undo: Undo("close the gate") { _ in try await gate.close() }) { _ in
            try await gate.open()
        }
        _ = receipt
    }

    static func undo(_ flow: Flow, _ seats: [Int]) async throws {
        let (cards, hall) = (outside, outside)
        let refund = Undo<String>("refund") { receipt, activity in
            try await cards.refund(receipt, key: activity.idempotencyKey)
        }
        let receipt = try await flow.perform("charge the card", undo: refund) { activity in
            try await cards.charge(order.total, key: activity.idempotencyKey)
        }
        let release = Undo<Void>.evenUnanswered("release seats") { _, activity in
            try await hall.release(reservation: activity.undoneKey)
        }
        try await flow.perform("reserve seats", undo: release) { activity in
            try await hall.reserve(seats, reservation: activity.idempotencyKey)
        }
        _ = receipt
    }
}
