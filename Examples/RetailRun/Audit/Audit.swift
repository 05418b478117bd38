import RetailWorld
import Skein

/// Holds the outside world's own record against a store.
///
/// The record was written by another process before each answer, so it knows what the killed process never learned.
/// While a run goes on, the record is newer than what was read of the store: calls that came after that moment, and
/// that the store does not know of yet, are left out, and nothing else is.
struct Audit {
    /// How many calls one kill can interrupt: the handlers that a component runs at once.
    static let callsInFlight = 64

    let facts: StoreFacts
    let kills: Int
    let failedRuns: Int
    let worldRestarts: Int
    /// All calls of all services.
    let calls: [CallRecord]
    /// Those of the card company.
    let cardCalls: [CallRecord]
    var summary = AuditSummary()

    /// - Parameter now: when the record was read; nothing in it can be newer.
    static func summary(
        of facts: StoreFacts, calls: [CallRecord], kills: Int, failedRuns: Int = 0,
        now: Timestamp = SystemClock().now
    ) -> AuditSummary {
        var audit = Audit(facts: facts, calls: calls, kills: kills, failedRuns: failedRuns, now: now)
        audit.count()
        audit.checkPayments()
        audit.checkGoods()
        audit.checkKeys()
        audit.checkSteps()
        audit.checkTotal()
        audit.checkStore()
        return audit.summary
    }

    private init(facts: StoreFacts, calls: [CallRecord], kills: Int, failedRuns: Int, now: Timestamp) {
        (self.facts, self.kills, self.failedRuns) = (facts, kills, failedRuns)
        worldRestarts = max(0, calls.count { $0.service == .start } - 1)
        self.calls = calls.filter { call in
            guard call.service != .start else { return false }
            guard let openSince = facts.openSince, facts.asked[call.name] == nil,
                let time = try? Timestamp(rfc3339: call.at)
            else { return true }
            return time < openSince || time > now
        }
        cardCalls = self.calls.filter { $0.service == .charge || $0.service == .refund }
    }

    /// How often a process ended in the middle of something.
    var interruptions: Int { kills + failedRuns + worldRestarts }

    mutating func fail(_ promise: BrokenPromise.Promise, _ subject: String, _ finding: String) {
        summary.broken.append(BrokenPromise(promise: promise, subject: subject, finding: finding))
    }

    private mutating func checkStore() {
        for (id, outcomes) in facts.orders.sorted(by: { $0.key < $1.key }) where outcomes.count > 1 {
            let list = outcomes.map(\.rawValue).joined(separator: ", ")
            fail(.oneOutcome, id, "the order ended \(outcomes.count) times: \(list)")
        }
        for instance in facts.stuck { fail(.nothingStuck, instance.name, instance.finding) }
        for name in facts.parked { fail(.nothingParked, name, "its messages are parked") }
        for text in facts.incidents { fail(.noIncidents, text, "nobody has resolved it") }
        for message in facts.unreadable {
            fail(.readable, "position \(message.position)", "this \(message.type) cannot be read, and is left out")
        }
        for text in facts.damage { fail(.integrity, "the file", text) }
        checkTransfers()
    }

    /// Messages between parts: as written, in order, and none missing once all orders have ended. Before that, some may
    /// be on their way; those that wait to leave, or for a channel that is suspended, are so in any case.
    private mutating func checkTransfers() {
        guard !facts.parts.isEmpty else { return }
        let transfers = Transfers(facts.parts)
        let missing = transfers.missing
        (summary.parts, summary.transfers) = (facts.parts.map(\.name), transfers.count)
        summary.onTheirWay = missing.count
        summary.broken += transfers.broken(isAtRest: facts.owner == nil)
        guard facts.owner == nil, summary.orders.open == 0, summary.payments.open == 0 else { return }
        for one in missing where !one.isExpected {
            let finding = "\(one.writer) has written \(one.message.name), and \(one.receiver) has not recorded it"
            fail(.delivered, one.message.id, finding)
        }
    }
}

extension CallRecord {
    /// What the call is known by.
    var name: CallName { CallName(service: service, key: key) }

    /// What the call is for.
    var step: StepName { StepName(service: service, reference: reference ?? account) }

    /// Whether the world did, or decided, something.
    var isActing: Bool { result.bindsKey && !self.repeat }
}
