import SkeinActions
import SkeinStorage
import SkeinTesting
import Testing

@testable import SkeinCore

@Suite("What goes wrong below or beside the code")
struct FailureTests {
    let store = MemoryStore()

    private func options() -> Simulation.Options {
        var options = Simulation.Options()
        options.order = .arrival
        return options
    }

    @Test("a store that cannot be written ends the runtime with its error; what was committed goes on with the next")
    func unwritable() throws {
        let (ledger, handled) = (Ledger(), Ledger())
        func notes() -> Component {
            Component("notes") { Handle(Tick.self) { tick, _ in handled.note("\(tick.number)") } }
        }
        let simulation = try Simulation(store: store, options: options(), components: [notes()])
        try simulation.begin { runtime in
            do { try await runtime.run() } catch { ledger.note("\(error)") }
        }
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        store.failNextCommit()
        for number in 2...3 {
            let error = #expect(throws: StoreError.self) {
                try simulation.publish(Tick(key: "a", number: number), as: "clock")
            }
            #expect(error?.code == .closed)
            #expect(error?.message == "memory: the runtime has stopped; nothing was written")
        }
        #expect(ledger.entries == ["memory: cannot commit, as the test has asked"])
        #expect(try simulation.log().count == 1)
        let next = try Simulation(store: store, options: options(), components: [notes()])
        try next.publish(Tick(key: "a", number: 4), as: "clock")
        #expect(handled.entries == ["1", "4"])
    }

    @Test("an attempt that did not return in time is told as one after which nobody knows what happened")
    func unknownOutcome() throws {
        let gate = Gate()
        let work = Component("work") {
            Handle(Tick.self) { _, _ in await gate.wait() }.timeout(.seconds(5)).retry(.never)
            Processes(
                Scripted { _, flow in
                    let options = ActivityOptions(retry: .never, timeout: .seconds(7))
                    try await flow.perform("call", options) { _ in await gate.wait() }
                    return "done"
                })
        }
        let simulation = try Simulation(store: store, options: options(), components: [work])
        try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        try simulation.publish(JobRequested(id: "a"), as: "work")
        simulation.run(for: .seconds(10))
        #expect(
            try store.openIncidents().map(\.error) == [
                "unknown outcome: the handler of 'clock.tick' did not return within 5.0 seconds",
                "unknown outcome: 'call' did not return within 7.0 seconds",
            ])
    }

    @Test("an activity whose options are wrong parks its process with what is wrong, and is not called")
    func wrongOptions() throws {
        let world = World()
        let simulation = try simulation(options(), store: store) { _, flow in
            try await flow.perform("call", ActivityOptions(retry: RetryPolicy(attempts: 0))) { _ in
                try world.call("x")
            }
            return "done"
        }
        try simulation.publish(JobRequested(id: "a"), as: "work")
        let incident = try #require(try store.openIncidents().first)
        #expect(incident.cause == "fault")
        #expect(
            incident.error
                == "the options of the activity 'call' are wrong: attempts is 0; it must be 1 or more")
        #expect(world.calls.isEmpty)
        #expect(try simulation.instance(of: store)?.status == .parked)
    }

    @Test("a change of another store's kind fails its message alone, and names both")
    func foreignEnlistment() throws {
        struct Foreign: Enlistment {}
        let notes = Component("notes") {
            Handle(Tick.self) { tick, context in
                if tick.key == "a" { context.enlist(Foreign()) }
                try context.publish(Note(text: tick.key))
            }.retry(.never)
        }
        let simulation = try Simulation(store: store, options: options(), components: [notes])
        for key in ["a", "b"] { try simulation.publish(Tick(key: key, number: 1), as: "clock") }
        let incident = try #require(try store.openIncidents().first)
        #expect(incident.key == "a")
        #expect(
            incident.error.contains("a Foreign cannot join a commit of a store in memory; use a MemoryEnlistment"))
        #expect(try simulation.log().filter { $0.envelope.name == Note.name }.map(\.envelope.subject) == ["b"])
    }

    @Test(
        "a mailbox entry that cannot be read, or whose message is missing, parks its instance and stays as it is",
        arguments: ["?", #"{"kind":"message","op":2,"position":99}"#])
    func unreadableMailbox(text: String) throws {
        let simulation = try simulation(options(), store: store) { start, flow in
            "\(try await flow.wait(for: Charged.self, key: start.id).amount)"
        }
        for key in ["a", "b"] { try simulation.publish(JobRequested(id: key), as: "work") }
        let id = try #require(try simulation.instance(of: store)?.id)
        try simulation.begin { try await $0.suspend(instance: id) }
        let garbage = MailboxRow(seq: 0, instance: id, component: "work", input: .init(text.utf8))
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: [.putMailbox(garbage)])]))
        try simulation.begin { try await $0.resume(instance: id) }
        let incident = try #require(try store.openIncidents().first)
        #expect((incident.cause, incident.instance) == ("mailbox", id))
        #expect(incident.error == "entry 0 of the mailbox cannot be read")
        for (key, amount) in [("a", 1), ("b", 2)] { try simulation.send(Charge(orderID: key, amount: amount)) }
        #expect(try simulation.results() == ["2"])
        try simulation.begin { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["2"])
        #expect(try store.openIncidents().map(\.cause) == ["mailbox"])
        #expect(try store.makeReader().mailbox(of: id, limit: 9).map(\.seq).contains(0), "nothing is lost")
        _ = try store.commit(CommitBatch(units: [CommitUnit(writes: [.removeMailbox(seq: 0)])]))
        try simulation.begin { try await $0.retry(instance: id) }
        #expect(try simulation.results() == ["2", "1"])
    }

    @Test("a journal entry that cannot be read parks its instance, names the entry, and concerns nobody else")
    func unreadableJournal() throws {
        let before = try simulation(options(), store: store) { start, flow in
            try await flow.sleep(for: .hours(1))
            return start.id
        }
        for key in ["a", "b"] { try before.publish(JobRequested(id: key), as: "work") }
        let id = try #require(try before.instance(of: store)?.id)
        var row = try #require(try store.makeReader().journal(of: id, after: 0, limit: 9).first)
        row.body = .init("{".utf8)
        _ = try store.commit(
            CommitBatch(units: [
                CommitUnit(writes: [.truncateJournal(instance: id, through: row.seq), .appendJournal(row)])
            ]))
        before.crash()
        before.run(for: .hours(1))
        #expect(try before.results() == ["b"])
        let incident = try #require(try store.openIncidents().first)
        #expect((incident.cause, incident.instance) == ("unreadable", id))
        #expect(incident.error.contains("entry 1 of the journal of instance \(id) cannot be read"))
    }
}
