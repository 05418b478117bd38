import Foundation
import SkeinTesting
import Testing

/// Random values of any shape, for properties that are checked over many of them.
extension SeededRandom {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func maybe<Value>(_ value: (inout SeededRandom) -> Value) -> Value? {
        chance(50) ? value(&self) : nil
    }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &self)] }

    mutating func many<Value>(_ range: Range<Int>, _ value: (inout SeededRandom) -> Value) -> [Value] {
        (0..<Int.random(in: range, using: &self)).map { _ in value(&self) }
    }
}

/// Runs a property many times, each with a seed of its own. The first failure ends it and prints the seed; give that
/// back as `SKEIN_TEST_SEED` to repeat the run.
func forAll(
    runs: Int = 300, sourceLocation: SourceLocation = #_sourceLocation,
    _ property: (inout SeededRandom) throws -> Void
) {
    let given = ProcessInfo.processInfo.environment["SKEIN_TEST_SEED"].flatMap { UInt64($0) }
    let first = given ?? UInt64.random(in: 0...UInt64.max)
    for run in 0..<(given == nil ? runs : 1) {
        let seed = first &+ UInt64(run)
        var random = SeededRandom(seed: seed)
        do {
            try property(&random)
        } catch {
            let reason = error is ExpectationFailedError ? "the expectation above failed" : "\(error)"
            Issue.record("SKEIN_TEST_SEED=\(seed): \(reason)", sourceLocation: sourceLocation)
            return
        }
    }
}
