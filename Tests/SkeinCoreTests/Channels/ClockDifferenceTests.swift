import SkeinCore
import SkeinStorage
import SkeinTesting
import Synchronization
import Testing

@Suite("Processes whose clocks differ by an hour")
struct ClockDifferenceTests {
    private struct AskMood: Query {
        static let name: MessageName = "teller.askMood"
        struct Answer: Document {
            static let name: MessageName = "teller.mood"
            var text: String
        }
    }

    private struct Begun: Event {
        static let name: MessageName = "listener.begun"
        var about: String
    }

    /// Lets the teller tell something, and waits half an hour for it.
    private struct Asking: ProcessDefinition {
        static let name = "asking", version = 1
        static func key(of begun: Begun) -> String { begun.about }

        func run(_ begun: Begun, _ flow: Flow) async throws {
            let tell = Tell(about: begun.about, text: "asked")
            let told = try await flow.request(tell, expecting: Told.self, until: .minutes(30))
            flow.publish(Heard(about: "asking", text: told?.text ?? "nothing"))
        }
    }

    private let broker = MemoryBroker()
    private let channel = "shop"

    private func process(_ component: Component, remote: String, ahead: Duration) throws -> Simulation {
        var options = Simulation.Options()
        options.start = options.start.advanced(by: ahead)
        return try Simulation(
            store: MemoryStore(), options: options, components: [component],
            channels: [Channel(channel, over: broker.transport())], remotes: [Remote(remote, via: channel)])
    }

    @Test("keep order, answers and timers", arguments: [Duration.hours(1), .hours(-1)])
    func hour(ahead: Duration) throws {
        let told = Component("teller") {
            Publishes(Told.self)
            Handle(Tell.self) { tell, context in
                if tell.about != "silence" { try context.publish(Told(about: tell.about, text: tell.text)) }
            }
            Answer(AskMood.self) { _, _ in AskMood.Answer(text: "fine") }
        }
        let listener = Component("listener") {
            Handle(Told.self) { told, context in try context.publish(Heard(about: told.about, text: told.text)) }
            Publishes(Begun.self)
            Publishes(Heard.self)
            Processes(Asking())
        }
        let processes = [
            try process(told, remote: "listener", ahead: .zero), try process(listener, remote: "teller", ahead: ahead),
        ]
        func heard(about: String) throws -> [String] {
            try processes[1].messages(of: Heard.self).filter { $0.about == about }.map(\.text)
        }
        func run(for duration: Duration) {
            for _ in 0..<Int(duration / .seconds(1)) { for process in processes { process.run(for: .seconds(1)) } }
        }
        run(for: .seconds(5))
        for number in 0..<50 { try processes[1].send(Tell(about: "a", text: "\(number)"), as: "listener") }
        run(for: .seconds(5))
        for process in processes { #expect(process.runtime.failure == nil) }
        #expect(try heard(about: "a") == (0..<50).map(String.init))
        // The time of a message is that of the clock where it was written.
        let record = try #require(try processes[1].log().last { $0.envelope.name == Told.name })
        #expect(record.envelope.time < processes[0].clock.now)
        #expect(record.envelope.time.advanced(by: .minutes(1)) > processes[0].clock.now)

        let mood = Mutex("")
        try processes[1].begin { runtime in
            let answer = try await runtime.client(as: "listener").ask(AskMood())
            mood.withLock { $0 = answer.text }
        }
        run(for: .seconds(5))
        #expect(mood.withLock { $0 } == "fine")

        for about in ["news", "silence"] { try processes[1].publish(Begun(about: about), as: "listener") }
        run(for: .minutes(29))
        #expect(try heard(about: "asking") == ["asked"])
        run(for: .minutes(2))
        #expect(try heard(about: "asking") == ["asked", "nothing"])
        #expect(try processes.flatMap { try $0.incidents() }.isEmpty)
    }
}
