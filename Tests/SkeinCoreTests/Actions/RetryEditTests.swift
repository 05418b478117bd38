import SkeinActions
import SkeinStorage
import Foundation
import Testing

@testable import SkeinCore

@Suite("A change to a retry policy")
struct RetryEditTests {
    private let policy = RetryPolicy(
        attempts: 3, initialDelay: .seconds(2), factor: 1.5, maximumDelay: .minutes(1), jitter: 0.1)

    @Test("leaves what it does not mention as the code has it")
    func applied() {
        #expect(RetryPolicy.Edit().applied(to: policy) == policy)
        var edit = RetryPolicy.Edit()
        (edit.attempts, edit.within, edit.maximumDelay) = (.unlimited, .limited(.days(3)), .hours(1))
        let changed = edit.applied(to: policy)
        #expect(changed.attempts == nil && changed.maximumDelay == .hours(1) && changed.within == .days(3))
        edit.within = .unlimited
        #expect(edit.applied(to: RetryPolicy()).within == nil)
        #expect((changed.initialDelay, changed.factor, changed.jitter) == (.seconds(2), 1.5, 0.1))
        #expect(RetryPolicy.Edit(policy).applied(to: .never) == policy)
    }

    @Test("adds to earlier ones, and counts where both say something")
    func merged() {
        var (first, second) = (RetryPolicy.Edit(), RetryPolicy.Edit())
        (first.attempts, first.factor) = (.limited(5), 2)
        (second.attempts, second.jitter, first.within) = (.limited(9), 0, .limited(.days(2)))
        let both = second.merged(over: first)
        #expect((both.attempts, both.factor, both.jitter) == (.limited(9), 2, 0))
        #expect(both.within == .limited(.days(2)))
        #expect(first.merged(over: nil) == first)
        #expect("\(both)" == "attempts 9, within P2D, factor 2.0, jitter 0.0")
    }

    @Test(
        "is kept as JSON with durations as people write them",
        arguments: [
            "{}", #"{"attempts":20,"initialDelay":"PT1S"}"#, #"{"attempts":"unlimited"}"#,
            #"{"factor":2,"jitter":0,"maximumDelay":"PT10M"}"#,
            #"{"within":"P2D"}"#, #"{"within":"unlimited"}"#,
        ])
    func json(text: String) throws {
        let edit = try JSONDecoder().decode(RetryPolicy.Edit.self, from: Data(text.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(edit), as: UTF8.self) == text)
    }

    @Test(
        "that cannot be is no JSON of it, or has a problem",
        arguments: [
            #"{}"#, #"{"attempts":0}"#, #"{"attempts":"many"}"#, #"{"initialDelay":"5s"}"#, #"{"factor":0.5}"#,
            #"{"maximumDelay":"-PT1S"}"#, #"{"jitter":1.5}"#, #"{"within":"long"}"#, #"{"within":5}"#,
            #"{"within":"PT1S","initialDelay":"PT2S"}"#,
        ])
    func wrong(text: String) {
        let edit = try? JSONDecoder().decode(RetryPolicy.Edit.self, from: Data(text.utf8))
        #expect(edit == nil || edit?.problem != nil)
    }

    @Test("makes the next attempt earlier as far as the policy is known, and never later")
    func hurried() throws {
        let due = Timestamp.epoch.advanced(by: .days(1))
        func next(_ change: (inout RetryPolicy.Edit) -> Void, code: RetryPolicy?) throws -> Timestamp? {
            var edit = RetryPolicy.Edit()
            change(&edit)
            var row = ActivityRow(
                instance: 1, seq: 1, component: "work", name: "call", idempotencyKey: "k", attempt: 2, nextAt: due,
                scheduledAt: .epoch)
            try row.edit(edit, of: code, at: .epoch)
            return row.nextAt
        }
        let slow = RetryPolicy(attempts: nil, initialDelay: .days(2), factor: 1, maximumDelay: .days(2), jitter: 0)
        #expect(try next({ $0.attempts = .limited(9) }, code: nil) == due)
        #expect(try next({ $0.attempts = .limited(9) }, code: slow) == due)
        #expect(try next({ $0.initialDelay = .seconds(1) }, code: nil) == due)
        let second = Timestamp.epoch.advanced(by: .seconds(1))
        #expect(try next({ $0.initialDelay = .seconds(1) }, code: slow) == second)
        #expect(try next({ $0.maximumDelay = .seconds(1) }, code: nil) == second)
        #expect(try next({ ($0.initialDelay, $0.factor) = (.seconds(1), 1) }, code: nil) == second)
        #expect(try next({ $0.maximumDelay = .days(9) }, code: slow) == due)
    }
}
