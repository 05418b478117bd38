import ArgumentParser
import Foundation
import SimulationWorkload
import SkeinTesting

/// Runs seeded trials of the whole runtime, and tells the story of those that break an invariant.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Simulate",
        abstract: "Runs everything that the runtime offers under faults, once for each seed.",
        usage: "Simulate [options]",
        discussion: """
            Each seed decides what runs next, what breaks, what operators do and when the process is killed. A model \
            checks the invariants at every commit. A run that breaks one is shortened and told as a story.

            Every third seed divides the components among processes that talk over a broker in memory. What must hold \
            of them is checked at the end, and a run that breaks it is not shortened.

            Exits with 0 when every invariant holds for every seed, with 1 otherwise.
            """)

    @Option(
        parsing: .unconditional, help: "The first seed. (default: 1)", transform: { try number($0, 0...UInt64.max) })
    var first: UInt64 = 1

    @Option(
        parsing: .unconditional, help: "How many seeds, 1 or more. (default: 100)",
        transform: { try number($0, 1...UInt64.max) })
    var count: UInt64 = 100

    @Option(
        parsing: .unconditional, help: "Stop after this many failures, 1 or more. (default: 1)",
        transform: { try number($0, 1...Int.max) })
    var failures = 1

    @Option(
        parsing: .unconditional,
        help: "Look only for seeds that break this invariant, 1 to 10; 0 for a promise of the workload's own.",
        transform: { try number($0, 0...10) })
    var invariant: Int?

    @Flag(help: "Tell the whole run of a failing seed instead of shortening it.")
    var whole = false

    @Flag(help: "Put the components into processes of their own for every seed, not for every third.")
    var apart = false

    @Flag(help: "Print only the violation of a failing seed, not its story.")
    var brief = false

    @Flag(help: "Print JSON, a line for each failure and one for the sum.")
    var json = false

    func validate() throws {
        guard first.addingReportingOverflow(count).overflow == false else {
            throw ValidationError("the seeds from \(first) on, \(count) of them, go beyond \(UInt64.max)")
        }
    }

    /// Reads a number; a refusal says which are admitted.
    private static func number<Number: FixedWidthInteger & Sendable>(
        _ text: String, _ range: ClosedRange<Number>
    ) throws -> Number {
        guard let number = Number(text), range.contains(number) else {
            throw ValidationError("write a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func run() throws {
        Self.makeHashingRepeatable()
        let started = ContinuousClock.now
        var found: [(seed: UInt64, invariant: Int)] = []
        var done: UInt64 = 0
        for seed in first..<first + count {
            done += 1
            guard let violation = try violation(of: seed), isWanted(violation) else { continue }
            found.append((seed, violation.invariant))
            try report(seed, violation)
            if found.count >= failures { break }
        }
        printSum(done, found, ContinuousClock.now - started)
        if !found.isEmpty { throw ExitCode(1) }
    }

    private func isWanted(_ violation: TrialViolation) -> Bool { invariant.map { $0 == violation.invariant } ?? true }

    private func violation(of seed: UInt64) throws -> TrialViolation? {
        guard !isApart(seed) else {
            var trial = try ApartTrial(seed: seed)
            return try trial.run()
        }
        return try Workload.search.violation(of: Workload.search.plan(seed: seed))
    }

    /// Whether the components of a seed run in processes of their own.
    private func isApart(_ seed: UInt64) -> Bool { apart || seed.isMultiple(of: 3) }

    private func report(_ seed: UInt64, _ violation: TrialViolation) throws {
        defer { fflush(nil) }
        if json {
            let line: [String: Any] = ["seed": seed, "invariant": violation.invariant, "text": violation.text]
            return print(try Self.text(of: line))
        }
        guard !brief, !isApart(seed), let failure = try Workload.search.failure(seed: seed, shrinks: !whole) else {
            return print("seed \(seed): \(violation)")
        }
        print("\(failure)\nRun it again with: make simulate SEED=\(seed)")
    }

    private func printSum(_ done: UInt64, _ found: [(seed: UInt64, invariant: Int)], _ time: Duration) {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let rate = Int(Double(done) / max(seconds, 0.001) * 60)
        let sum: [String: Any] = ["seeds": done, "failures": found.count, "seconds": seconds, "seedsPerMinute": rate]
        if json { return print((try? Self.text(of: sum)) ?? "") }
        let outcome = found.isEmpty ? "every invariant holds" : "\(found.count) broke an invariant"
        print("\(done) seeds from \(first) on: \(outcome); \(rate) a minute")
    }

    private static func text(of object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }

    /// Starts the program again with deterministic hashing, so that a seed always gives the same run. Otherwise the
    /// order of sets and dictionaries differs between processes; it can only be fixed before a process starts.
    private static func makeHashingRepeatable() {
        let name = "SWIFT_DETERMINISTIC_HASHING"
        guard getenv(name) == nil, let path = Bundle.main.executablePath else { return }
        setenv(name, "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv(path, &arguments)
    }
}
