import Foundation
import SimulationWorkload
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("Trials")
struct TrialTests {
    /// How many seeds each of the parts below runs.
    private static let share: UInt64 = 50

    @Test(
        "the runtime keeps its invariants, for different seeds in each run", arguments: 0..<6
    )
    func everything(part: UInt64) throws {
        let first = UInt64.random(in: 1...1_000_000_000) * 1000 + part * Self.share
        try Workload.search.run(seeds: first..<first + Self.share)
    }

    @Test("a seed gives the same plan each time")
    func plans() throws {
        for seed in UInt64(1)...20 {
            #expect(try Workload.search.plan(seed: seed) == Workload.search.plan(seed: seed))
        }
        #expect(try Workload.search.plan(seed: 1) != Workload.search.plan(seed: 2))
    }

    @Test("ten lines put a user's component under trial")
    func tenLines() throws {
        try TrialExample.search().run(seeds: 1...60)
    }

    @Test("a component that does not pass on its idempotency key is caught, with a short story")
    func carelessComponent() throws {
        let failure = try #require(throws: TrialFailure.self) { try careless().run(seeds: 1...300) }
        #expect(failure.violation.text == "each payment is charged once")
        #expect(failure.violation.invariant == 0)
        #expect(failure.plan.events.count < failure.events)
        #expect(failure.story.contains { $0.contains("shop.orderPlaced") || $0.contains("till.pay") })
        #expect("\(failure)".contains("seed \(failure.seed)"))
    }

    @Test("the story tells each call of an outside system, and what came of it")
    func callsInStory() throws {
        let failure = try #require(throws: TrialFailure.self) { try careless().run(seeds: 1...300) }
        let calls = failure.story.filter { $0.contains("outside system 0 is called for p") }
        #expect(calls.count >= 2, "\(failure)")
        #expect(calls.contains { $0.hasSuffix("and answers") }, "\(failure)")
    }

    @Test("a trial whose messages nobody takes is no trial that holds")
    func vacuous() throws {
        let searches = [
            TrialSearch("no component") { $0.send(Pay(id: "p1")) },
            TrialSearch("another component") { trial in
                trial.run { [Component("shop") {}] }
                trial.send(Pay(id: "p1"))
            },
        ]
        for search in searches {
            let failure = try #require(throws: TrialFailure.self) { try search.run(seeds: 1...3) }
            #expect(failure.violation.text.contains("a client's 'till.pay' is refused"), "\(failure)")
            #expect(failure.violation.text.contains("has no owner"), "\(failure)")
        }
    }

    @Test("a failing seed fails in the same way again, also when it is shortened")
    func repeats() throws {
        let search = careless()
        let failure = try #require(throws: TrialFailure.self) { try search.run(seeds: 1...300) }
        let again = try #require(try search.failure(seed: failure.seed))
        #expect(again.violation == failure.violation)
        #expect(try search.violation(of: failure.plan) != nil)
    }

    @Test("the article in the catalogue shows the code that is tested here")
    func article() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let article = try String(
            contentsOf: root.appending(path: "Sources/SkeinTesting/SkeinTesting.docc/Trials.md"), encoding: .utf8)
        let tested = try String(
            contentsOf: root.appending(path: "Tests/SkeinTestingTests/TrialExample.swift"), encoding: .utf8)
        let lines = Set(tested.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
        let blocks = article.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(blocks.count == 2)
        let search = try #require(blocks.first)
        #expect(search.split(separator: "\n").count == 10, "a trial of a user's own is ten lines")
        for line in blocks.joined().split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            #expect(lines.contains(line), "\(line)")
        }
    }

    /// The example with a mistake: each call has a key of its own.
    private func careless() -> TrialSearch {
        TrialSearch("payments") { trial in
            let bank = ScriptedSystem<String, String> { "receipt for \($0)" }
            let calls = Mutex(0)
            trial.outside(bank)
            trial.run {
                [
                    Component("till") {
                        Handle(Pay.self) { pay, _ in
                            let call = calls.withLock { calls in
                                calls += 1
                                return calls
                            }
                            _ = try await bank.call(pay.id, key: "\(call)")
                        }.retry(RetryPolicy(attempts: 5))
                    }
                ]
            }
            for number in 1...10 { trial.send(Pay(id: "p\(number)")) }
            trial.check("each payment is charged once") { outcome in
                bank.acts.sorted() == outcome.records(of: Pay.self).map(\.subject).sorted()
            }
        }
    }
}
