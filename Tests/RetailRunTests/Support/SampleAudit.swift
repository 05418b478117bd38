import RetailWorld
import SkeinCore

@testable import RetailRun

/// A small shop in which every promise was kept: a payment by card and balance, a canceled and a refunded one, and an
/// order that was picked and shipped.
enum SampleAudit {
    static func call(
        _ service: WorldService = .charge, at seconds: Int = 0, key: String, for reference: String, _ amount: Int64,
        _ result: WorldResult, repeat isRepeat: Bool = false, answer: AnswerManner = .prompt
    ) -> CallRecord {
        CallRecord(
            at: "\(moment(seconds))", service: service, key: key, account: "kermit", reference: reference,
            amount: WorldAmount(cents: amount), result: result, repeat: isRepeat, answer: answer)
    }

    static func payment(
        _ amount: Int64, _ outcome: PaymentFacts.Outcome, withdrawn: Int64 = 0, credited: Int64 = 0
    ) -> PaymentFacts {
        PaymentFacts(
            amount: WorldAmount(cents: amount), outcome: outcome, withdrawn: WorldAmount(cents: withdrawn),
            credited: WorldAmount(cents: credited))
    }

    /// A time of the sample; ``end`` is the last of them.
    static func moment(_ seconds: Int) -> Timestamp { Timestamp.epoch.advanced(by: .seconds(seconds)) }

    static let end = moment(60)

    static var facts: StoreFacts {
        var facts = StoreFacts(
            payments: [
                "paid": payment(2500, .received, withdrawn: 500),
                "canceled": payment(2500, .canceled, withdrawn: 500, credited: 500),
                "refunded": payment(1000, .refunded),
            ],
            orders: ["1": [.fulfilled], "2": [.notFulfilled], "3": [.notFulfilled]])
        for call in calls where call.isActing {
            facts.steps[call.step] = StepFacts(count: 1, results: [call.result: 1])
            facts.asked[call.name] = AskedCall(
                account: call.account, reference: call.reference, amount: call.amount)
        }
        return facts
    }

    static var calls: [CallRecord] {
        [
            call(key: "a", for: "paid", 2000, .unavailable),
            call(key: "a", for: "paid", 2000, .charged, answer: .silent),
            call(key: "a", for: "paid", 2000, .charged, repeat: true),
            call(key: "b", for: "canceled", 2000, .declined),
            call(key: "c", for: "refunded", 1000, .charged),
            call(.refund, key: "d", for: "refunded", 1000, .refunded),
            call(.pick, key: "p", for: "1", 0, .picked),
            call(.ship, key: "s", for: "1", 0, .shipped),
        ]
    }

    /// The calls, those with a key changed.
    static func edited(_ calls: [CallRecord], key: String, _ edit: (inout CallRecord) -> Void) -> [CallRecord] {
        calls.map { call in
            var call = call
            if call.key == key { edit(&call) }
            return call
        }
    }
}
