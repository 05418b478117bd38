import RetailWorld
import Testing

@testable import RetailRun

@Suite("An audit")
struct AuditTests {
    private typealias Promise = BrokenPromise.Promise

    private static func call(
        _ service: WorldService = .charge, key: String, for payment: String, _ amount: Int64, _ result: WorldResult,
        repeat isRepeat: Bool = false, answer: AnswerManner = .prompt
    ) -> CallRecord {
        CallRecord(
            at: "2026-03-01T12:00:00Z", service: service, key: key, account: "kermit", reference: payment,
            amount: WorldAmount(cents: amount), result: result, repeat: isRepeat, answer: answer)
    }

    private static func payment(
        _ amount: Int64, _ outcome: PaymentFacts.Outcome, withdrawn: Int64 = 0, credited: Int64 = 0
    ) -> PaymentFacts {
        PaymentFacts(
            amount: WorldAmount(cents: amount), outcome: outcome, withdrawn: WorldAmount(cents: withdrawn),
            credited: WorldAmount(cents: credited))
    }

    /// A received payment by card and balance, a canceled one, a refunded one: each as it should be.
    private static var facts: StoreFacts {
        StoreFacts(
            payments: [
                "paid": payment(2500, .received, withdrawn: 500),
                "canceled": payment(2500, .canceled, withdrawn: 500, credited: 500),
                "refunded": payment(1000, .refunded),
            ],
            orders: ["1": [.fulfilled], "2": [.notFulfilled], "3": [.notFulfilled]], chargeSteps: 3, refundSteps: 1)
    }

    private static var calls: [CallRecord] {
        [
            call(key: "a", for: "paid", 2000, .unavailable),
            call(key: "a", for: "paid", 2000, .charged, answer: .silent),
            call(key: "a", for: "paid", 2000, .charged, repeat: true),
            call(key: "b", for: "canceled", 2000, .declined),
            call(key: "c", for: "refunded", 1000, .charged),
            call(.refund, key: "d", for: "refunded", 1000, .refunded),
        ]
    }

    private func broken(_ facts: StoreFacts, _ calls: [CallRecord], kills: Int = 0) -> Set<Promise> {
        Set(Audit.summary(of: facts, calls: calls, kills: kills).broken.map(\.promise))
    }

    @Test("finds nothing where all promises were kept")
    func kept() {
        let summary = Audit.summary(of: Self.facts, calls: Self.calls, kills: 0)
        #expect(summary.broken == [])
        #expect(summary.calls.received == 6)
        #expect(summary.calls.keys == 4)
        #expect(summary.calls.explained == 6)
        #expect(summary.calls.moneyCharged == WorldAmount(cents: 3000))
        #expect(summary.payments.fromBoth == 1)
        #expect(summary.orders.notFulfilled == 2)
    }

    @Test("finds a card that was charged twice for one payment")
    func chargedTwice() {
        let twice = Self.calls + [Self.call(key: "e", for: "paid", 2000, .charged)]
        #expect(broken(Self.facts, twice) == [.paidExactly, .chargedOnce, .oneKeyPerStep])
    }

    @Test("finds a key that acted twice")
    func actedTwice() {
        let twice = Self.calls + [Self.call(key: "a", for: "paid", 2000, .charged)]
        #expect(broken(Self.facts, twice, kills: 1) == [.paidExactly, .chargedOnce])
    }

    @Test("finds a received payment that no one was charged for")
    func missingCharge() {
        let missing = Self.calls.filter { $0.key != "a" }
        #expect(broken(Self.facts, missing) == [.paidExactly, .oneKeyPerStep])
    }

    @Test("finds a canceled payment whose withdrawal was not given back")
    func notCredited() {
        var facts = Self.facts
        facts.payments["canceled"]?.credited = .zero
        #expect(broken(facts, Self.calls) == [.nothingKept])
    }

    @Test("finds a refunded payment whose charge was not given back")
    func notRefunded() {
        let kept = Self.calls.filter { $0.service != .refund }
        #expect(broken(Self.facts, kept) == [.nothingKept, .oneKeyPerStep])
    }

    @Test("finds a charge for a payment that the store does not know")
    func unknownPayment() {
        var facts = Self.facts
        facts.chargeSteps += 1
        #expect(broken(facts, Self.calls + [Self.call(key: "e", for: "lost", 1, .charged)]) == [.knownPayment])
    }

    @Test("finds a repeated call that neither a failure nor a kill explains")
    func unexplained() {
        let more = Self.calls + [Self.call(key: "c", for: "refunded", 1000, .charged, repeat: true)]
        #expect(broken(Self.facts, more) == [.explainedCalls])
        #expect(broken(Self.facts, more, kills: 1) == [])
    }

    @Test("finds a key that was used for two things")
    func conflict() {
        let conflict = Self.calls + [Self.call(key: "c", for: "refunded", 999, .conflict)]
        #expect(broken(Self.facts, conflict, kills: 1) == [.oneKeyPerStep])
    }

    @Test("finds an order that ended twice, and whatever is stuck, parked, open or damaged")
    func standing() {
        var facts = Self.facts
        facts.orders["1"] = [.fulfilled, .canceled]
        (facts.stuck, facts.parked, facts.incidents, facts.damage) = (["order 1"], ["a"], ["b"], ["c"])
        let expected: Set<Promise> = [.oneOutcome, .nothingStuck, .nothingParked, .noIncidents, .integrity]
        #expect(broken(facts, Self.calls) == expected)
    }

    @Test("leaves out what is under way")
    func underWay() {
        var facts = Self.facts
        facts.payments["new"] = Self.payment(100, .open)
        (facts.isUnderWay, facts.chargeSteps) = (true, 4)
        #expect(broken(facts, Self.calls) == [])
        #expect(broken(facts, Self.calls + [Self.call(key: "e", for: "new", 100, .charged)]) == [])
    }
}
