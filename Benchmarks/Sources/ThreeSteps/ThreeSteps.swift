// Workload P1: durable processes of three activities, each result stored before the next begins, fsync on.
//
// Prints how many a second end when many run at once, and how long one takes alone, beside the limit that the disk
// sets in the same run (commits of one row).
import Skein
import Synchronization

struct WorkRequested: Event {
    static let name: MessageName = "bench.workRequested"
    var id: String
    var subject: String? { id }
}

struct ThreeSteps: ProcessDefinition {
    static let name = "three-steps"
    static func key(of start: WorkRequested) -> String { start.id }

    func run(_ start: WorkRequested, _ flow: Flow) async throws -> Int {
        let one = try await flow.perform("one") { _ in 1 }
        let two = try await flow.perform("two") { _ in one + 1 }
        return try await flow.perform("three") { _ in two + 1 }
    }
}

@main
enum Benchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let folder = arguments.first ?? "."
        let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
        let durable = !arguments.contains("--relaxed")
        let file = "\(folder)/three-steps-\(SystemClock().now.microseconds).db"
        let store = try SQLiteStore.sqlite(file, durability: durable ? .full : .relaxed)
        let runtime = try Runtime(store: store, Component("bench") { Processes(ThreeSteps()) })
        runtime.start()
        try await alone(runtime, 300)
        try await together(runtime, count)
        print("counts: \(runtime.counts)")
        await runtime.stop()
        try store.close()
        let limit = try disk(folder, durable: durable)
        print("disk limit in this run: \(limit) commits of one row a second")
    }

    static func alone(_ runtime: Runtime, _ count: Int) async throws {
        var times: [Duration] = []
        for number in 0..<count {
            let id = "alone-\(number)"
            let time = try await ContinuousClock().measure {
                _ = try await runtime.client(as: "bench").publish(WorkRequested(id: id))
                _ = try await runtime.outcome(of: "three-steps", key: id, in: "bench", within: .seconds(30))
            }
            times.append(time)
        }
        times.sort()
        print("one at a time: p50 \(times[count / 2]), p99 \(times[count * 99 / 100])")
    }

    static func together(_ runtime: Runtime, _ count: Int) async throws {
        let client = runtime.client(as: "bench")
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<100 {
                    group.addTask {
                        for number in stride(from: lane, to: count, by: 100) {
                            try await client.publish(WorkRequested(id: "many-\(number)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            await runtime.settle()
        }
        let last = try await runtime.outcome(
            of: "three-steps", key: "many-\(count - 1)", in: "bench", within: .seconds(30))
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        print("\(count) at once: \(Int(Double(count) / seconds)) a second (\(time)); the last: \(last)")
    }

    static func disk(_ folder: String, durable: Bool) throws -> Int {
        let store = try SQLiteStore.sqlite(
            "\(folder)/disk-\(SystemClock().now.microseconds).db", durability: durable ? .full : .relaxed)
        let count = 500
        let time = try ContinuousClock().measure {
            for number in 0..<count {
                let row = PositionRow(subscription: "disk", position: Int64(number))
                _ = try store.commit(CommitBatch(units: [CommitUnit()]) { _ in [row] })
            }
        }
        try store.close()
        return Int(Double(count) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18))
    }
}
