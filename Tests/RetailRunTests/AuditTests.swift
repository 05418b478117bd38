import RetailWorld
import SkeinCore
import Testing

@testable import RetailRun

@Suite("An audit")
struct AuditTests {
    private typealias Promise = BrokenPromise.Promise
    private typealias Sample = SampleAudit

    private func broken(
        _ facts: StoreFacts = Sample.facts, _ calls: [CallRecord] = Sample.calls, kills: Int = 0
    ) -> Set<Promise> {
        Set(Audit.summary(of: facts, calls: calls, kills: kills, now: Sample.end).broken.map(\.promise))
    }

    @Test("finds nothing where all promises were kept")
    func kept() {
        let summary = Audit.summary(of: Sample.facts, calls: Sample.calls, kills: 0)
        #expect(summary.broken == [])
        #expect(summary.calls.received == 6)
        #expect(summary.calls.keys == 4)
        #expect(summary.calls.explained == 6)
        #expect(summary.calls.moneyCharged == WorldAmount(cents: 3000))
        #expect(summary.payments.fromBoth == 1)
        #expect(summary.orders.notFulfilled == 2)
        #expect(summary.picks == 1 && summary.shipments == 1)
    }

    @Test("finds a card that was charged twice for one payment")
    func chargedTwice() {
        let twice = Sample.calls + [Sample.call(key: "e", for: "paid", 2000, .charged)]
        #expect(broken(Sample.facts, twice) == [.paidExactly, .chargedOnce, .oneKeyPerStep, .asAsked])
    }

    @Test("finds a key that acted twice")
    func actedTwice() {
        let twice = Sample.calls + [Sample.call(key: "a", for: "paid", 2000, .charged)]
        #expect(broken(Sample.facts, twice, kills: 1) == [.paidExactly, .chargedOnce, .oneKeyPerStep])
    }

    @Test("finds a received payment that no one was charged for")
    func missingCharge() {
        let missing = Sample.calls.filter { $0.key != "a" }
        #expect(broken(Sample.facts, missing) == [.paidExactly, .oneKeyPerStep])
    }

    @Test("finds a canceled payment whose withdrawal was not given back")
    func notCredited() {
        var facts = Sample.facts
        facts.payments["canceled"]?.credited = .zero
        #expect(broken(facts) == [.nothingKept])
    }

    @Test("finds an outcome that names another amount", arguments: ["paid", "canceled", "refunded"])
    func told(payment: String) {
        var facts = Sample.facts
        let due: [String: Int64] = ["paid": 2500, "canceled": 2000, "refunded": 1000]
        facts.payments[payment]?.told = WorldAmount(cents: due[payment] ?? 0)
        #expect(broken(facts) == [])
        facts.payments[payment]?.told = WorldAmount(cents: 92_500)
        #expect(broken(facts) == [.paidExactly])
    }

    @Test("finds an order or a payment without an outcome that nothing could give it any more")
    func lostOutcome() {
        var facts = Sample.facts
        facts.orders["4"] = []
        facts.payments["paid"]?.outcome = .open
        #expect(broken(facts) == [], "somebody may be about to")
        facts.isSettled = true
        #expect(broken(facts) == [.nothingStuck])
        facts.underWay = ["4", "paid"]
        #expect(broken(facts) == [])
    }

    @Test("finds money that was kept for an order that came to nothing")
    func keptMoney() {
        var facts = Sample.facts
        facts.payments["p2"] = facts.payments.removeValue(forKey: "paid")
        let calls = Sample.edited(Sample.calls, key: "a") { $0.reference = "p2" }
        for call in calls where call.isActing {
            facts.steps[call.step] = StepFacts(count: 1, results: [call.result: 1])
            facts.asked[call.name] = AskedCall(account: call.account, reference: call.reference, amount: call.amount)
        }
        facts.steps[StepName(service: .charge, reference: "paid")] = nil
        #expect(broken(facts, calls) == [])
        facts.isSettled = true
        #expect(broken(facts, calls) == [.nothingKept])
        facts.underWay = ["2"]
        #expect(broken(facts, calls) == [], "the order may still give it back")
    }

    @Test("finds a refunded payment whose charge was not given back")
    func notRefunded() {
        #expect(broken(Sample.facts, Sample.calls.filter { $0.service != .refund }) == [.nothingKept, .oneKeyPerStep])
    }

    @Test("finds a charge that was moved to another account")
    func movedCharge() {
        let moved = Sample.edited(Sample.calls, key: "c") { $0.account = "gonzo" }
        #expect(broken(Sample.facts, moved) == [.asAsked])
    }

    @Test("finds a key that the store has not given out")
    func forgedKey() {
        let forged = Sample.edited(Sample.calls, key: "c") { $0.key = "forged" }
        #expect(broken(Sample.facts, forged) == [.asAsked])
    }

    @Test("finds a charge whose place was taken by that of another payment")
    func swappedReference() {
        let swapped = Sample.edited(Sample.calls, key: "c") { $0.reference = "canceled" }
        #expect(broken(Sample.facts, swapped) == [.nothingKept, .oneKeyPerStep, .asAsked])
    }

    @Test("finds a fulfilled order without pick or shipment", arguments: [WorldService.pick, .ship])
    func notDelivered(service: WorldService) {
        let missing = Sample.calls.filter { $0.service != service }
        #expect(broken(Sample.facts, missing) == [.deliveredOnce, .oneKeyPerStep])
    }

    @Test("finds an order that was picked or shipped twice", arguments: [WorldService.pick, .ship])
    func deliveredTwice(service: WorldService) throws {
        var again = try #require(Sample.calls.first { $0.service == service })
        again.key = "again"
        #expect(broken(Sample.facts, Sample.calls + [again]) == [.deliveredOnce, .oneKeyPerStep, .asAsked])
    }

    @Test("finds a step that was given two keys")
    func twoKeys() {
        var facts = Sample.facts
        facts.asked[CallName(service: .charge, key: "e")] = facts.asked[CallName(service: .charge, key: "c")]
        #expect(broken(facts) == [.oneKeyPerStep])
    }

    @Test("finds a charge for a payment that the store does not know")
    func unknownPayment() {
        let lost = Sample.calls + [Sample.call(key: "e", for: "lost", 1, .charged)]
        #expect(broken(Sample.facts, lost) == [.knownPayment, .oneKeyPerStep, .asAsked])
    }

    @Test("finds a repeated call that neither a failure nor a kill explains")
    func unexplained() {
        let more = Sample.calls + [Sample.call(key: "c", for: "refunded", 1000, .charged, repeat: true)]
        #expect(broken(Sample.facts, more) == [.explainedCalls])
        #expect(broken(Sample.facts, more, kills: 1) == [])
        var facts = Sample.facts
        facts.givenUp[CallName(service: .charge, key: "c")] = 1
        #expect(broken(facts, more) == [])
        // A call that was given up because the world was slow on purpose explains one repetition, not two.
        facts.givenUp = [CallName(service: .charge, key: "a"): 1]
        let twice = Sample.calls + [Sample.call(key: "a", for: "paid", 2000, .charged, repeat: true)]
        #expect(broken(facts, twice) == [.explainedCalls])
        let failed = Audit.summary(of: Sample.facts, calls: more, kills: 0, failedRuns: 1, now: Sample.end)
        #expect(failed.isKept && failed.kills == 0 && failed.failedRuns == 1)
    }

    @Test("finds a key that was used for two things")
    func conflict() {
        let conflict = Sample.calls + [Sample.call(key: "c", for: "refunded", 999, .conflict)]
        #expect(broken(Sample.facts, conflict, kills: 1) == [.oneKeyPerStep])
    }

    @Test("finds an order that ended twice, and whatever is stuck, parked, open, unreadable or damaged")
    func standing() {
        var facts = Sample.facts
        facts.orders["1"] = [.fulfilled, .canceled]
        facts.stuck = [StuckInstance(name: "order 1", finding: "runs")]
        facts.unreadable = [UnreadableMessage(position: 42, type: "checkout.orderPlaced")]
        (facts.parked, facts.incidents, facts.damage) = (["a"], ["b"], ["c"])
        let expected: Set<Promise> = [
            .oneOutcome, .nothingStuck, .nothingParked, .noIncidents, .readable, .integrity,
        ]
        #expect(broken(facts) == expected)
    }

    @Test("finds what is wrong with the others while an order and a payment are open")
    func openOnes() {
        var facts = Sample.facts
        facts.orders["4"] = []
        facts.payments["open"] = Sample.payment(100, .open)
        #expect(broken(facts) == [])
        let lost = Sample.calls + [Sample.call(key: "e", for: "lost", 1, .charged)]
        #expect(broken(facts, lost) == [.knownPayment, .oneKeyPerStep, .asAsked])
    }

    @Test("leaves out what the store cannot know yet, and only that")
    func underWay() {
        var facts = Sample.facts
        facts.openSince = Sample.moment(10)
        func later(_ seconds: Int) -> [CallRecord] {
            Sample.calls + [Sample.call(at: seconds, key: "e", for: "new", 100, .charged)]
        }
        #expect(broken(facts, later(20)) == [])
        // What was there before the store was read, or will be there later, nobody has asked for.
        #expect(broken(facts, later(5)).contains(.asAsked))
        #expect(broken(facts, later(3600)).contains(.asAsked))
        // Nobody works on it: nothing can be under way.
        facts.openSince = nil
        #expect(broken(facts, later(20)).contains(.asAsked))
    }
}
