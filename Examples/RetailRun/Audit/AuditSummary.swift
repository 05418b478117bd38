import RetailWorld

/// The outcome of an ``Audit``: what was counted, and each promise that was not kept.
struct AuditSummary: Sendable, Hashable, Codable {
    struct Orders: Sendable, Hashable, Codable {
        var placed = 0
        var fulfilled = 0
        var notFulfilled = 0
        var canceled = 0
        var open = 0
    }

    struct Payments: Sendable, Hashable, Codable {
        var requested = 0
        var received = 0
        var canceled = 0
        var refunded = 0
        var open = 0
        /// Of the payments received: by balance alone, by card alone, by both.
        var fromBalance = 0
        var fromCard = 0
        var fromBoth = 0
    }

    /// The card company's own record.
    struct Calls: Sendable, Hashable, Codable {
        /// Charges and refunds that came in.
        var received = 0
        /// Different idempotency keys among them.
        var keys = 0
        var cardsCharged = 0
        var cardsDeclined = 0
        var cardsRefunded = 0
        var moneyCharged = WorldAmount.zero
        var moneyRefunded = WorldAmount.zero
        /// Calls with a key that was answered before: nothing was done.
        var repeats = 0
        /// Calls that failed before anything was done.
        var failures = 0
        /// Calls that were carried out and answered late or never.
        var lostAnswers = 0
        /// Calls that the shop gave up without an answer. The world may have been slow on purpose, or stopped.
        var givenUp = 0
        /// Calls that were answered late or never, or that the shop gave up: for each key the larger of the two
        /// numbers.
        var unanswered = 0
        /// The highest number of calls that failures, lost answers, calls given up, and interruptions explain.
        var explained = 0
    }

    var orders = Orders()
    var payments = Payments()
    var calls = Calls()
    /// What the warehouse and the carrier have done, by their own record.
    var picks = 0
    var shipments = 0
    /// How many messages the log has.
    var messages = 0
    /// Whether a process works on the store.
    var isUnderWay = false
    /// How often the run and the world were interrupted.
    var kills = 0
    /// How often a run ended because of an error.
    var failedRuns = 0
    var worldRestarts = 0
    var openIncidents = 0
    var parkedKeys = 0
    var stuckInstances = 0
    var unreadableMessages = 0
    var integrity = "ok"
    /// The processes of a shop that runs apart, by name; none otherwise.
    var parts: [String] = []
    /// How many messages went from part to part; each part that has recorded one counts.
    var transfers = 0
    /// How many are written, and not recorded yet where they have to be.
    var onTheirWay = 0
    var broken: [BrokenPromise] = []

    /// Whether every promise was kept.
    var isKept: Bool { broken.isEmpty }
}

/// One promise that was not kept, and about what.
struct BrokenPromise: Sendable, Hashable, Codable {
    enum Promise: String, Sendable, Codable, CaseIterable {
        /// A received payment has brought exactly its amount.
        case paidExactly
        /// A canceled or refunded payment has cost nothing.
        case nothingKept
        /// No payment is charged to a card by two steps, and no key acts twice.
        case chargedOnce
        /// Each step has one key and acted once under it, and what the store holds for done is in the record.
        case oneKeyPerStep
        /// Each call has a key that the store gave out, and the account, reference and amount that it asked for.
        case asAsked
        /// What was fulfilled was picked and shipped once, and nothing was picked or shipped twice.
        case deliveredOnce
        /// What the world did was asked for by a payment in the store.
        case knownPayment
        /// Calls are repeated only after a failure, a lost answer or a kill.
        case explainedCalls
        /// An order ends one way.
        case oneOutcome
        /// Nothing waits for ever, or for a person.
        case nothingStuck
        case noIncidents
        case nothingParked
        /// What the audit needs of the log can be read.
        case readable
        /// The file is sound.
        case integrity
        /// What a part has recorded of another one was written there, and is what was written.
        case asWritten
        /// A part has recorded what another one has written in its order, for each subject.
        case inOrder
        /// What was written for a part is recorded there, once nothing is on its way any more.
        case delivered
    }

    var promise: Promise
    /// The payment, order, key or instance.
    var subject: String
    /// What is wrong, for people.
    var finding: String

    /// What the finding is about, however it is worded.
    var place: [String] { [promise.rawValue, subject] }
}
