import SimulationWorkload
import SkeinCore
import Testing

@testable import SkeinTesting

@Suite("A trial that is repeated")
struct TrialRepetitionTests {
    /// What was told of one run: every input, commit, call and fault, with its time.
    private func story(seed: UInt64) throws -> [String] {
        let run = try TrialRun(Workload.search.plan(seed: seed), of: Workload.search, isTold: true)
        _ = run.run()
        return run.story.lines
    }

    @Test("does the same in each line of its story, though sets have another order each time", arguments: 0..<4)
    func repeats(part: UInt64) throws {
        // Seeds whose mailboxes get inputs with several members are among these.
        for seed in part * 10 + 11...part * 10 + 20 {
            let (first, second) = (try story(seed: seed), try story(seed: seed))
            let different = zip(first, second).first { $0 != $1 }
            #expect(first.count > 20)
            #expect(
                first == second,
                "seed \(seed): \(different.map { "'\($0)' and then '\($1)'" } ?? "one is longer")")
        }
    }
}
