import SkeinCore
import SkeinTesting
import Synchronization
import Testing

@Suite("A scripted outside system")
struct ScriptedSystemTests {
    private struct Refused: Error, Equatable {}

    private let system = ScriptedSystem<Int, String> { number in
        if number < 0 { throw Refused() }
        return "did \(number)"
    }

    @Test("acts once for a key, and gives a repetition the same answer")
    func repeats() async throws {
        #expect(try await system.call(1, key: "a") == "did 1")
        #expect(try await system.call(2, key: "a") == "did 1")
        #expect(system.acts == [1])
        #expect(system.calls.map(\.isRepeat) == [false, true])
        #expect(system.calls.map(\.number) == [1, 2])
    }

    @Test("remembers a refusal of its own like an answer")
    func refusals() async throws {
        for _ in 1...2 { await #expect(throws: Refused()) { try await system.call(-1, key: "a") } }
        #expect(system.acts.isEmpty)
        #expect(system.calls.map(\.isRepeat) == [false, true])
    }

    @Test("fails without acting, or acts without answering, as it is told, and then answers")
    func script() async throws {
        system.follow(.fail(), .loseAnswer(Refused()))
        await #expect(throws: LineDown.self) { try await system.call(1, key: "a") }
        #expect(system.acts.isEmpty)
        await #expect(throws: Refused()) { try await system.call(1, key: "a") }
        #expect(system.acts == [1])
        #expect(try await system.call(1, key: "a") == "did 1")
        #expect(system.acts == [1])
    }

    @Test("follows a rule where nothing else was said")
    func rule() async throws {
        system.always { $0.number.isMultiple(of: 2) ? .answer() : .fail() }
        system.follow(.answer())
        #expect(try await system.call(1, key: "a") == "did 1")
        #expect(try await system.call(2, key: "b") == "did 2")
        await #expect(throws: LineDown.self) { try await system.call(3, key: "c") }
    }

    @Test("dawdles on the virtual clock, outlives crashes, and has acted once", arguments: [false, true])
    func simulated(crashing: Bool) throws {
        var options = Simulation.Options()
        options.crashesAtEveryCommit = crashing
        let system = system
        let component = Component("work") {
            Handle(Step.self) { step, context in
                _ = try await system.call(step.number, key: context.idempotencyKey)
            }
        }
        let simulation = try Simulation(store: MemoryStore(), options: options, components: [component])
        system.begin(at: simulation.clock)
        system.always { $0.at < Timestamp(microseconds: 0) ? .fail() : .answer(after: .seconds(2)) }
        system.follow(.loseAnswer())
        for number in 1...3 { try simulation.publish(Step(number: number), as: "client") }
        #expect(simulation.runToEnd())
        #expect(system.acts.sorted() == [1, 2, 3])
        #expect(Set(system.calls.map(\.key)).count == 3)
        #expect(crashing || system.mostAtOnce == 3)
        #expect(simulation.elapsed >= .seconds(2))
    }

    private struct Step: Event {
        static let name: MessageName = "client.step"
        var number: Int
        var subject: String? { "\(number)" }
    }
}
