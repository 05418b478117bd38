import SkeinActions
import SkeinStorage
import SkeinCore
import SkeinTesting
import Testing

/// A restarted instance numbers its operations anew, so its mailbox holds inputs for earlier operations.
@Suite("The mailbox of an instance that restarts")
struct RestartedMailboxTests {
    let store = MemoryStore()

    private func options() -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        return options
    }

    @Test("does not give an old outcome to a new activity")
    func activity() throws {
        let gate = Gate()
        let simulation = try simulation(options(), store: store) { start, flow in
            let first = try await withThrowingTaskGroup(of: String.self) { group in
                group.addTask { "\(try await flow.wait(for: Charged.self, key: start.id).amount)" }
                group.addTask {
                    try await flow.perform("step", ActivityOptions(timeout: .days(1))) { _ in
                        await gate.wait()
                        return "done for \(start.id)"
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? ""
            }
            if first == "7" { try flow.restart(with: JobRequested(id: start.id + "b")) }
            return first
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.send(Charge(orderID: "a", amount: 7))
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try store.makeReader().mailbox(of: id, limit: 9).count == 2)
        try simulation.perform { try await $0.resume(instance: id) }
        #expect(try simulation.results() == ["done for ab"])
    }

    @Test("gives a message to the wait of the new run")
    func message() throws {
        let simulation = try simulation(options(), store: store) { start, flow in
            guard start.id == "a" else {
                async let first = flow.wait(for: Charged.self, key: "nobody")
                async let second = flow.wait(for: Charged.self, key: "nobody else")
                async let third = flow.wait(for: Refunded.self, key: "a")
                flow.publish(JobDone(id: "a", result: "refunded \(try await third.orderID)"))
                return "\(try await first.amount) \(try await second.amount)"
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await flow.wait(for: Charged.self, key: "a") }
                group.addTask { try await flow.wait(for: Refunded.self, key: "a") }
                defer { group.cancelAll() }
                try await group.next()
            }
            try flow.restart(with: JobRequested(id: "b"))
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        try simulation.send(Charge(orderID: "a", amount: 1))
        try simulation.send(Refund(orderID: "a"))
        try simulation.perform { try await $0.resume(instance: id) }
        #expect(try simulation.results() == ["refunded a"])
    }

    @Test("gives a message to a wait under another key when its own wait is over")
    func otherKey() throws {
        let gate = Gate()
        let till = Component("till") {
            Handle(Charge.self) { charge, context in
                await gate.wait()
                for amount in 1...2 { try context.publish(Charged(orderID: charge.orderID, amount: amount)) }
            }
        }
        let scripted = Scripted { start, flow in
            let first = try await flow.request(Charge(orderID: "a", amount: 3), expecting: Charged.self)
            let second = try await flow.wait(for: Charged.self, key: "a")
            return "\(first.amount) \(second.amount)"
        }
        let simulation = try Simulation(
            store: store, options: options(), components: [Component("work") { Processes(scripted) }, till])
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.perform { try await $0.suspend(instance: id) }
        gate.open()
        simulation.run(for: .seconds(1))
        #expect(try store.makeReader().mailbox(of: id, limit: 9).count == 2)
        try simulation.perform { try await $0.resume(instance: id) }
        #expect(try simulation.results() == ["1 2"])
    }
}
