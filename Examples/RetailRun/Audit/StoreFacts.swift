import RetailWorld

/// What a store says about orders, payments and itself: one of the two sides that an ``Audit`` compares.
struct StoreFacts: Sendable, Hashable {
    /// Each payment that was requested, by its id.
    var payments: [String: PaymentFacts] = [:]
    /// The outcomes of each order that was placed, by its id; more than one is a broken promise.
    var orders: [String: [OrderOutcome]] = [:]
    /// How many messages the log has, of all types.
    var messages = 0
    /// How many `card.charge` and `card.refund` commands are in the log: each is a step with a key of its own.
    var chargeSteps = 0
    var refundSteps = 0
    /// Whether some messages are still to be handled, so that steps may lack their calls.
    var isUnderWay = false
    /// Running instances that nothing can ever wake, named.
    var stuck: [String] = []
    /// Keys whose messages are set aside, named.
    var parked: [String] = []
    /// Incidents that nobody has resolved, with their errors.
    var incidents: [String] = []
    /// What `PRAGMA integrity_check` has found.
    var damage: [String] = []
}

/// How an order ended.
enum OrderOutcome: String, Sendable, Codable, CaseIterable {
    case fulfilled, notFulfilled, canceled
}

/// What the log says about one payment.
struct PaymentFacts: Sendable, Hashable {
    enum Outcome: String, Sendable, Codable {
        case open, received, canceled, refunded
    }

    /// What the payment was requested for.
    var amount = WorldAmount.zero
    var outcome = Outcome.open
    /// Taken from the account's balance.
    var withdrawn = WorldAmount.zero
    /// Given back to the balance.
    var credited = WorldAmount.zero
}
