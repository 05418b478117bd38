import SkeinStorage
import Foundation
import SkeinCore
import SkeinSQLite
import Synchronization

/// Starts a process of three steps.
private struct WorkRequested: Event {
    static let name: MessageName = "bench.workRequested"
    var id: String
    var subject: String? { id }
}

/// Three activities, the result of each stored before the next begins.
private struct ThreeSteps: ProcessDefinition {
    static let name = "three-steps"
    static func key(of start: WorkRequested) -> String { start.id }

    func run(_ start: WorkRequested, _ flow: Flow) async throws -> Int {
        let one = try await flow.perform("one") { _ in 1 }
        let two = try await flow.perform("two") { _ in one + 1 }
        return try await flow.perform("three") { _ in two + 1 }
    }
}

/// An event for a handler.
private struct Noted: Event {
    static let name: MessageName = "bench.noted"
    var id: String
    var subject: String? { id }
}

/// One measurement: so many units of a workload, so many at a time.
struct BenchRun: Sendable {
    let store: SQLiteStore
    let workload: BenchWorkload
    let count: Int
    let concurrency: Int
    private let arrivals = BenchArrivals()

    init(store: SQLiteStore, workload: BenchWorkload, count: Int, concurrency: Int) {
        (self.store, self.workload, self.count, self.concurrency) = (store, workload, count, concurrency)
    }

    /// Runs some units to warm up, and then the ones that are measured.
    ///
    /// - Parameter progress: called with how many have ended, now and then.
    /// - Throws: ``Failure`` when a unit does not end as it should.
    func measure(progress: @escaping @Sendable (Int) -> Void) async throws -> BenchReport {
        var configuration = RuntimeConfiguration()
        configuration.closesStore = false
        let runtime = try Runtime(store: store, configuration: configuration, components: [component()])
        runtime.start()
        do {
            // Another run in the same store must not have the same keys.
            let name = "\(try store.makeReader().highWater().position)"
            _ = try await run(min(count, 20), named: "\(name)-warm", runtime, progress: { _ in })
            let (commits, bytes) = (store.commitCount, Self.bytesWritten())
            let start = ContinuousClock.now
            let times = try await run(count, named: name, runtime, progress: progress)
            let elapsed = start.duration(to: .now)
            let (fsyncs, written) = (store.commitCount - commits, Self.bytesWritten())
            await runtime.stop()
            return BenchReport(
                workload: workload, count: count, concurrency: concurrency,
                perSecond: Double(count) / (elapsed / .seconds(1)),
                p50Microseconds: times.percentile(50).microseconds, p99Microseconds: times.percentile(99).microseconds,
                fsyncs: fsyncs, fsyncsPerUnit: Double(fsyncs) / Double(count),
                bytesPerUnit: bytes.flatMap { start in written.map { Double($0 - start) / Double(count) } })
        } catch {
            await runtime.stop()
            throw error
        }
    }

    private func component() -> Component {
        let arrivals = arrivals
        return switch workload {
        case .threeStep: Component("bench") { Processes(ThreeSteps()) }
        case .events: Component("bench") { Handle(Noted.self) { noted, _ in arrivals.arrive(noted.id) } }
        }
    }

    /// Runs units, so many at a time as stated; how long each took.
    private func run(
        _ count: Int, named name: String, _ runtime: Runtime, progress: @escaping @Sendable (Int) -> Void
    ) async throws -> [Duration] {
        let next = BenchCounter()
        let step = max(1, min(1000, count / 50))
        return try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<min(concurrency, count) {
                group.addTask {
                    var times: [Duration] = []
                    while case let number = next.take(), number < count {
                        let start = ContinuousClock.now
                        try await runOne("\(name)-\(number)", runtime)
                        times.append(start.duration(to: .now))
                        if number.isMultiple(of: step) { progress(number) }
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func runOne(_ id: String, _ runtime: Runtime) async throws {
        let client = runtime.client(as: "bench")
        switch workload {
        case .threeStep:
            try await client.publish(WorkRequested(id: id))
            let outcome = try await runtime.outcome(of: ThreeSteps.self, key: id, in: "bench", within: .minutes(5))
            guard try outcome.value(as: Int.self) == 3 else {
                throw Failure(70, "the process '\(id)' should have returned 3 and did not: \(outcome)")
            }
        case .events:
            try await client.publish(Noted(id: id))
            await arrivals.wait(for: id)
        }
    }

    /// What this process has written so far, in bytes; `nil` where the system does not tell.
    private static func bytesWritten() -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/io", encoding: .utf8) else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }.flatMap { Int($0.dropFirst(7)) }
    }
}

/// Gives out numbers from 0.
private final class BenchCounter: Sendable {
    private let next = Atomic<Int>(0)
    func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
}

/// Lets the publishers of messages wait for their handlers.
final class BenchArrivals: Sendable {
    private enum State {
        case awaited(CheckedContinuation<Void, Never>)
        case arrived
    }

    private let states = Mutex<[String: State]>([:])

    /// Called by the handler.
    func arrive(_ id: String) {
        let waiter = states.withLock { states -> CheckedContinuation<Void, Never>? in
            guard case .awaited(let continuation)? = states.removeValue(forKey: id) else {
                states[id] = .arrived
                return nil
            }
            return continuation
        }
        waiter?.resume()
    }

    /// Returns when the handler has been called with the id; it may have been already.
    func wait(for id: String) async {
        await withCheckedContinuation { continuation in
            let isThere = states.withLock { states in
                if case .arrived? = states[id] {
                    states[id] = nil
                    return true
                }
                states[id] = .awaited(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
