import SkeinActions
import SkeinStorage
import Logging
import SkeinCore
import SkeinTesting
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The log")
struct IncidentLogTests {
    let store = MemoryStore()

    /// A component in which everything goes wrong that can.
    private func clumsy() -> Component {
        Component("work") {
            Handle(Tick.self) { _, _ in throw Unreachable() }.retry(.never)
            Processes(
                Scripted { start, flow in
                    if start.id == "activity" {
                        try await flow.perform("call", ActivityOptions(retry: .never)) { _ in throw Unreachable() }
                    }
                    throw Unreachable()
                }, LateListener())
        }
    }

    @Test(
        "has one line for each incident, at level warning, which says what, where and why",
        arguments: [
            ("tick", "handler", "Tick", "a", "the line is dead"),
            ("instance", "instance", "Unreachable", "a", "the process threw: the line is dead"),
            ("activity", "activity", "call", "activity", "the line is dead"),
            ("unmatched", "message", "deadLetter", "a", "no instance of 'late-listener' waits for"),
        ])
    func incidents(what: String, kind: String, cause: String, key: String, error: String) throws {
        let stage = try Stage(store: store, components: [clumsy(), till()])
        switch what {
        case "tick": stage.publish(Tick(key: "a", number: 1), as: "clock")
        case "instance": stage.publish(JobRequested(id: "a"), as: "work")
        case "activity": stage.publish(JobRequested(id: "activity"), as: "work")
        default: stage.publish(Refunded(orderID: "a"), as: "till")
        }
        let line = try #require(stage.lines.all.first)
        #expect(stage.lines.all.count == 1)
        #expect(line.level == .warning)
        #expect(line.message == "an incident was raised")
        let expected = ["component": "work", "incident.kind": kind, "incident.cause": cause, "key": key]
        #expect(line.metadata.filter { expected[$0.key] != nil } == expected)
        #expect(line.metadata["error"]?.contains(error) == true)
        let incident = try #require(try store.openIncidents().first)
        #expect(line.metadata["incident.id"] == "\(incident.id)")
        for name in line.metadata.keys { #expect(name.wholeMatch(of: /[a-z]+(\.[a-z]+)*/) != nil, "\(name)") }
    }

    @Test("has a line when an incident is raised, one when retries end, and none for each attempt")
    func failing() throws {
        let retry = RetryPolicy(within: .minutes(10), initialDelay: .minutes(1), factor: 1, jitter: 0)
        let work = Component("work") { Handle(Tick.self) { _, _ in throw Unreachable() }.retry(retry) }
        let stage = try Stage(store: store, components: [work])
        stage.publish(Tick(key: "a", number: 1), as: "clock")
        stage.run(for: .hours(1))
        #expect(stage.lines.all.map(\.level) == [.warning, .warning])
        let (first, second) = (try #require(stage.lines.all.first), try #require(stage.lines.all.last))
        #expect(first.message == "an incident was raised")
        #expect(first.metadata["failing.since"] == "2026-01-01T00:00:00Z")
        #expect(first.metadata["next.attempt"] == "2026-01-01T00:03:00Z")
        #expect(second.message == "an incident needs a person: nothing is tried any more")
        #expect(second.metadata == ["incident.id": "1", "error": "the line is dead"])
    }

    @Test("has no line for an incident whose commit failed, nor at a higher level, nor when one is resolved")
    func silent() throws {
        let failing = try Stage(store: store, components: [clumsy(), till()])
        store.onCommit { [store] batch, _ in
            if batch.units.contains(where: { !$0.appends.isEmpty }) { store.failNextCommit() }
        }
        failing.publish(Tick(key: "a", number: 1), as: "clock")
        #expect(!failing.lines.all.contains { $0.message == "an incident was raised" })
        #expect(failing.lines.all.map(\.message) == ["the store cannot be written; the runtime stops"])
        store.onCommit(nil)
        let quiet = try Stage(store: store, level: .error, components: [clumsy(), till()])
        #expect(try store.openIncidents().count == 1)
        #expect(quiet.lines.all.isEmpty)
        let other = try Stage(store: store, components: [clumsy(), till()])
        other.perform { _ = try await $0.perform(.skip(incident: 1)) }
        #expect(try store.openIncidents().isEmpty)
        #expect(other.lines.all.isEmpty)
    }

    @Test("tells of messages that nobody can read, which are counted")
    func undecodable() throws {
        struct Garbled: Event {
            static let name: MessageName = "clock.tick"
            var subject: String? { "a" }
        }
        struct GarbledJob: Event {
            static let name: MessageName = "work.jobRequested"
            var subject: String? { "a" }
        }
        let work = Component("work") {
            Handle(Tick.self) { _, _ in }.retry(RetryPolicy(attempts: nil))
            Processes(Scripted { _, _ in "done" })
        }
        let stage = try Stage(store: store, components: [work])
        stage.publish(Garbled(), as: "clock")
        stage.publish(GarbledJob(), as: "work")
        #expect(stage.lines.all.map { $0.metadata["incident.kind"] } == ["handler", "message"])
        for line in stage.lines.all { #expect(line.metadata["error"]?.contains("is missing") == true, "\(line)") }
        #expect(stage.runtime.counts.parked == 1, "the handler's key")
        #expect(stage.runtime.counts.deadLettered == 1, "the start of the process")
        #expect(stage.runtime.counts.retried == 0, "another attempt could not read it either")
    }

    @Test("is that of the task which makes the runtime, unless it gets another")
    func task() throws {
        let lines = LogLines()
        try withLogger(lines.logger) { _ in
            let simulation = try Simulation(store: store, components: [clumsy(), till()])
            try simulation.publish(Tick(key: "a", number: 1), as: "clock")
        }
        #expect(lines.all.map(\.message) == ["an incident was raised"])
    }
}
