import RetailWorld
import Skein

/// What a store says about orders, payments and itself: one of the two sides that an ``Audit`` compares.
struct StoreFacts: Sendable, Hashable {
    /// Each payment that was requested, by its id.
    var payments: [String: PaymentFacts] = [:]
    /// The outcomes of each order that was placed, by its id; more than one is a broken promise.
    var orders: [String: [OrderOutcome]] = [:]
    /// How many messages the log has, of all types.
    var messages = 0
    /// What the shop wanted of the world, and what came of it.
    var steps: [StepName: StepFacts] = [:]
    /// The calls that the shop has made or was about to make, by the keys that it was given for them.
    var asked: [CallName: AskedCall] = [:]
    /// How often the shop gave up each call without an answer. The world may still have carried it out.
    var givenUp: [CallName: Int] = [:]
    /// What the store is known by to its world; `nil` for one that no shop has used.
    var identity: String?
    /// From when on the store may know less than the world, because a process works on it; `nil` where none does.
    var openSince: Timestamp?
    /// The process that works on it.
    var owner: Int32?
    /// Instances that do not go on by themselves.
    var stuck: [StuckInstance] = []
    /// The keys of all processes that have not ended. Entities and sagas only answer, so nothing begins with them.
    var underWay: Set<String> = []
    /// Whether no process works on the store, and every message in it has been handled, and has arrived.
    var isSettled = false
    /// Keys whose messages are parked, named.
    var parked: [String] = []
    /// Incidents that nobody has resolved, with their errors.
    var incidents: [String] = []
    /// Messages of the shop that cannot be read.
    var unreadable: [UnreadableMessage] = []
    /// What `PRAGMA integrity_check` has found.
    var damage: [String] = []
    /// The messages between the parts of a shop that runs apart, by file; none otherwise.
    var parts: [PartLog] = []
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
    /// The amount that the newest outcome names.
    var told: WorldAmount?
    /// Taken from the account's balance.
    var withdrawn = WorldAmount.zero
    /// Given back to the balance.
    var credited = WorldAmount.zero
}

/// What the shop wants of a service, by what it is for: the charges of a payment, the pick of an order.
struct StepName: Sendable, Hashable, Comparable, CustomStringConvertible {
    var service: WorldService
    /// The payment or the order; the account, for the replacement of a card.
    var reference: String

    var description: String { "\(service.rawValue) for \(reference)" }

    static func < (one: Self, other: Self) -> Bool { one.description < other.description }
}

/// What the log says about what was wanted of a service for one thing.
struct StepFacts: Sendable, Hashable {
    /// How often it was wanted; each time has a key of its own.
    var count = 0
    /// How often which result came of it and was stored.
    var results: [WorldResult: Int] = [:]
}

/// An instance that nobody but a person can move.
struct StuckInstance: Sendable, Hashable {
    /// Process and key.
    var name: String
    /// Why, and what to do.
    var finding: String
}

/// A message of the log that is not what its type says.
struct UnreadableMessage: Sendable, Hashable {
    var position: Int64
    var type: String
}
