import SimulationWorkload
import SkeinTesting
import Testing

@Suite("Trials with components in processes of their own")
struct ApartTrialTests {
    @Test("lose and double nothing, and keep the order of each key, for different seeds in each run", arguments: 0..<20)
    func keep(part: UInt64) throws {
        let seed = UInt64.random(in: 1...1_000_000_000) * 1000 + part
        var trial = try ApartTrial(seed: seed)
        #expect(try trial.run() == nil, "seed \(seed)")
    }
}
