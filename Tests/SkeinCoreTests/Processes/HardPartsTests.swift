import SkeinActions
import SkeinStorage
import Dispatch
import SkeinCore
import SkeinTesting
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("Code that does what a process must not")
struct EscapeTests {
    @Test("Task.sleep parks the instance with that reason, and does not hang", arguments: [false, true])
    func taskSleep(hasDeadline: Bool) throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            if hasDeadline {
                _ = try await flow.within(.hours(1)) { try await Task.sleep(for: .seconds(600)) }
            } else {
                try await Task.sleep(for: .seconds(600))
            }
            return "never"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.instance(of: store)?.status == .parked)
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 10).first)
        #expect(incident.cause == "escaped")
        #expect(try simulation.results().isEmpty)
    }

    @Test("waiting for an unstructured task parks the instance")
    func unstructuredTask() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            await Task.detached { "elsewhere" }.value
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.instance(of: store)?.status == .parked)
    }

    @Test("a call into the flow from another thread has no effect and parks the instance")
    func foreignCall() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            DispatchQueue.global().async { flow.publish(JobDone(id: "x", result: "foreign")) }
            try await flow.sleep(for: .hours(1))
            return "done"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        // The call comes from a thread of its own; wait for its report to reach the runtime.
        for _ in 0..<5000 where try simulation.instance(of: store)?.status == .running {
            usleep(1000)
            simulation.run(for: .milliseconds(1))
        }
        #expect(try simulation.results().isEmpty)
        #expect(try simulation.instance(of: store)?.status == .parked)
    }

    @Test("side values drawn in an activity, where a replay would not draw them, park the instance")
    func foreignDraw() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            try await flow.perform("draw") { _ in flow.uuid() }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .seconds(1))
        #expect(try simulation.results().isEmpty)
        #expect(try store.makeReader().openIncidents(after: 0, limit: 9).map(\.cause) == ["escaped"])
    }

    @Test("an unexpected error parks the instance with its input, and a retry under better code goes on")
    func unexpectedError() throws {
        let store = MemoryStore()
        let mended = Atomic(false)
        let simulation = try simulation(store: store) { _, flow in
            try await flow.sleep(for: .hours(1))
            if !mended.load(ordering: .relaxed) { throw Unreachable() }
            return "mended"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let id = try #require(try simulation.instance(of: store)?.id)
        #expect(try simulation.instance(of: store)?.status == .parked)
        mended.store(true, ordering: .relaxed)
        simulation.crash()
        try simulation.perform { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["mended"])
        #expect(try store.makeReader().mailbox(of: id, limit: 10).isEmpty)
    }

    @Test("a command that nobody owns parks the instance, and nothing of the step leaves")
    func noOwner() throws {
        struct Orphan: Command { static let name: MessageName = "nobody.orphan" }
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            flow.publish(JobDone(id: "x", result: "too early"))
            flow.send(Orphan())
            return "sent"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        #expect(try simulation.results().isEmpty)
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 10).first)
        #expect(incident.error.contains("'nobody.orphan' has no owner"))
    }
}

@Suite("Journals and replay")
struct ReplayTests {
    private func options(live: Int) -> Simulation.Options {
        var options = Simulation.Options()
        options.configuration.liveInstances = live
        return options
    }

    @Test("side values are the same in every replay")
    func sideValues() throws {
        let seen = Mutex<Set<String>>([])
        let simulation = try simulation { _, flow in
            let values = "\(flow.now) \(flow.uuid()) \(flow.random(in: 0...1_000_000))"
            seen.withLock { _ = $0.insert(values) }
            for _ in 0..<5 { try await flow.sleep(for: .hours(1)) }
            return "\(flow.random(in: 1...6))"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        for _ in 0..<5 {
            simulation.crash()
            simulation.run(for: .hours(1))
        }
        #expect(seen.withLock { $0.count } == 1)
        #expect(try simulation.results().count == 1)
    }

    @Test("an instance that was put out of memory goes on where it was, and its old code acts no more")
    func eviction() throws {
        let unwound = Atomic(0)
        let simulation = try simulation(options(live: 2)) { start, flow in
            for _ in 0..<3 {
                do {
                    try await flow.sleep(for: .hours(1))
                } catch {
                    unwound.add(1, ordering: .relaxed)
                    flow.publish(JobDone(id: start.id, result: "acted while leaving"))
                    try? await flow.sleep(for: .seconds(1))
                }
            }
            return "done"
        }
        for number in 0..<10 { try simulation.publish(JobRequested(id: "\(number)"), as: "work") }
        simulation.run(for: .hours(3))
        #expect(try simulation.results() == Array(repeating: "done", count: 10))
        #expect(unwound.load(ordering: .relaxed) >= 8)
        #expect(simulation.runtime.counts.evictions >= 8)
        #expect(simulation.runtime.counts.abandonedTasks == 0)
    }

    @Test("changed code that no longer matches parks the instance with recorded and attempted step side by side")
    func mismatch() throws {
        let store = MemoryStore()
        let changed = Atomic(false)
        let simulation = try simulation(store: store) { _, flow in
            if changed.load(ordering: .relaxed) { _ = try await flow.perform("new step") { _ in 1 } }
            try await flow.sleep(for: .hours(1))
            return "done"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        changed.store(true, ordering: .relaxed)
        simulation.crash()
        simulation.run(for: .hours(1))
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 10).first)
        #expect(incident.cause == "journalMismatch")
        #expect(incident.error.contains("recorded:  sleep"))
        #expect(incident.error.contains("attempted: activity new step"))
        #expect(try simulation.instance(of: store)?.status == .parked)
        changed.store(false, ordering: .relaxed)
        simulation.crash()
        let id = try #require(incident.instance)
        try simulation.perform { try await $0.retry(instance: id) }
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["done"])
    }

    @Test("an upgrade point keeps running instances on the old path and takes new ones on the new one")
    func upgrade() throws {
        let upgraded = Atomic(false)
        let simulation = try simulation { _, flow in
            try await flow.sleep(for: .hours(1))
            guard upgraded.load(ordering: .relaxed) else {
                try await flow.sleep(for: .hours(1))
                return "old"
            }
            let path = flow.hasChange("second-step") ? "new" : "old"
            try await flow.sleep(for: .hours(1))
            return path
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .minutes(90))
        upgraded.store(true, ordering: .relaxed)
        simulation.crash()
        try simulation.publish(JobRequested(id: "b"), as: "work")
        simulation.run(for: .minutes(150))
        #expect(try simulation.results() == ["old", "new"])
    }

    @Test("restarting begins afresh with an empty journal and keeps the identity")
    func restart() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { start, flow in
            try await flow.sleep(for: .hours(1))
            if start.id.count < 4 { try flow.restart(with: JobRequested(id: start.id + "a")) }
            return start.id
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(2))
        let row = try #require(try simulation.instance(of: store))
        #expect(try store.makeReader().journal(of: row.id, after: 0, limit: 10).count == 1)
        simulation.run(for: .hours(2))
        #expect(try simulation.results() == ["aaaa"])
    }

    @Test("a restart whose new beginning fails stays in the mailbox, and begins when it is retried")
    func failedRestart() throws {
        let store = MemoryStore()
        let mended = Atomic(false)
        let simulation = try simulation(store: store) { start, flow in
            if start.id == "again", !mended.load(ordering: .relaxed) { throw Unreachable() }
            try await flow.sleep(for: .hours(1))
            if start.id == "a" { try flow.restart(with: JobRequested(id: "again")) }
            return start.id
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let row = try #require(try simulation.instance(of: store))
        #expect(row.status == .parked)
        mended.store(true, ordering: .relaxed)
        simulation.crash()
        try simulation.perform { try await $0.retry(instance: row.id) }
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["again"])
    }

    @Test("a journal that would exceed its limit parks the instance before it does")
    func journalLimit() throws {
        let store = MemoryStore()
        var options = Simulation.Options()
        options.configuration.journalLimit = 20
        let simulation = try simulation(options, store: store) { _, flow in
            while true { try await flow.sleep(for: .seconds(1)) }
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .hours(1))
        let row = try #require(try simulation.instance(of: store))
        #expect(row.status == .parked)
        let journal = try store.makeReader().journal(of: row.id, after: 0, limit: 100)
        #expect(journal.filter { $0.kind != "parked" }.count == 20)
    }
}

@Suite("Operators")
struct OperatorTests {
    @Test("cancel: what was done is undone, and the instance ends", arguments: [false, true])
    func cancel(parkedFirst: Bool) throws {
        let store = MemoryStore()
        let ledger = Ledger()
        let simulation = try Simulation(
            store: store,
            components: [
                Component("work") {
                    Processes(
                        Scripted { start, flow in
                            try await flow.request(
                                Charge(orderID: start.id, amount: 1), expecting: Charged.self,
                                undo: { Refund(orderID: $0.orderID) }, confirmedBy: Refunded.self)
                            try await flow.sleep(for: .days(100))
                            return "done"
                        })
                }, till(ledger),
            ])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        if parkedFirst {
            try simulation.perform { try await $0.suspend(instance: id) }
        }
        try simulation.perform { try await $0.cancel(instance: id) }
        #expect(ledger.entries == ["charge a", "refund a"])
        #expect(try simulation.instance(of: store)?.status == .canceled)
        #expect(throws: ActionError.self) { try simulation.perform { try await $0.cancel(instance: id) } }
    }

    @Test("suspend: what arrives waits in the mailbox, and a resumed instance reacts to it", arguments: [false, true])
    func suspend(crashing: Bool) throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            let charged = try await flow.wait(for: Charged.self, key: "a")
            try await flow.sleep(for: .hours(1))
            return "\(charged.amount)"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.send(Charge(orderID: "a", amount: 7))
        if crashing { simulation.crash() }
        #expect(try store.makeReader().mailbox(of: id, limit: 10).count == 1)
        #expect(try store.makeReader().timers(of: id).isEmpty)
        try simulation.perform { try await $0.resume(instance: id) }
        simulation.run(for: .hours(1))
        #expect(try simulation.results() == ["7"])
    }

    @Test("a timer that came due while the instance was suspended fires when it is resumed")
    func suspendedTimer() throws {
        let store = MemoryStore()
        let simulation = try simulation(store: store) { _, flow in
            try await flow.sleep(for: .hours(1))
            return "awake"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        simulation.run(for: .hours(2))
        #expect(try simulation.results().isEmpty)
        try simulation.perform { try await $0.resume(instance: id) }
        simulation.run(for: .seconds(1))
        #expect(try simulation.results() == ["awake"])
    }
}
