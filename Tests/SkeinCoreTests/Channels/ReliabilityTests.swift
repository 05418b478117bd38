import Foundation
import SkeinActions
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Synchronization
import Testing

@testable import SkeinCore

/// The section "Reliability" of the scenarios, over a broker in memory.
@Suite("Reliability over a channel")
struct ReliabilityTests {
    private let broker = MemoryBroker()

    @Test("a message that was committed before the process died is delivered later")
    func beforeSending() throws {
        let shop = try Apart.processes(broker)
        broker.stop()
        try shop.tell("a", "one")
        try shop.crash("teller")
        #expect(try shop.heard(about: "a").isEmpty)
        broker.start()
        shop.run(for: .minutes(2))
        #expect(try shop.heard(about: "a") == ["one"])
    }

    @Test("a message that was sent before the process could mark it comes twice, marked, and counts once")
    func beforeMarking() throws {
        let shop = try Apart.processes(broker)
        var faults = MemoryBroker.Faults()
        faults.lostOutcome = 0.9
        broker.suffer(faults, seed: 4)
        try shop.tell("a", "one", "two")
        broker.calm()
        shop.run(for: .minutes(2))
        #expect(try shop.heard(about: "a") == ["one", "two"])
        let stored = broker.messages(sentTo: .events(of: "teller"))
        #expect(stored.count > 2)
        let first = try #require(stored.first?.envelope?.id)
        let marks = stored.filter { $0.envelope?.id == first }.map(\.isRepeated)
        #expect(marks.count >= 2)
        #expect(marks == [false] + Array(repeating: true, count: marks.count - 1))
        let report = try #require(try shop.process(of: "listener").runtime.channelReports.first)
        #expect(report.received.duplicates > 0)
    }

    @Test("an event of a handler that fails is never published")
    func rolledBack() throws {
        struct Refused: Error {}
        let failing = Component("teller") {
            Handle(Tell.self) { tell, context in
                try context.publish(Told(about: tell.about, text: tell.text))
                throw Refused()
            }.retry(.never)
        }
        let shop = try SimulatedProcesses(broker: broker, of: [[failing], [Apart.listener]])
        try shop.send(Tell(about: "a", text: "one"), as: "teller")
        shop.run(for: .hours(1))
        #expect(broker.messages(sentTo: .events(of: "teller")).isEmpty)
    }

    @Test("a fire-and-forget event that the broker does not take is lost, and counted; others go on")
    func fireAndForget() throws {
        let shop = try Apart.processes(broker)
        broker.refuse { message in
            message.envelope.name == Whispered.name ? TransportError(.tooLarge, "too large") : nil
        }
        try shop.publish(Whispered(text: "lost"), as: "teller")
        broker.refuse(nil)
        try shop.publish(Whispered(text: "heard"), as: "teller")
        shop.run(for: .hours(1))
        #expect(try shop.heard(about: "?") == ["heard"])
        #expect(try shop.process(of: "teller").runtime.counts.lost == 1)
        #expect(try shop.incidents().isEmpty)
    }

    @Test("a process that was off for the whole run gets everything later, in order, once")
    func off() throws {
        let store = MemoryStore()
        let away = try listening(on: store)
        // Dropped without a word: its readers stay.
        _ = away
        let shop = try SimulatedProcesses(broker: broker, of: [[Apart.teller], [Apart.bystander]])
        for number in 1...50 { try shop.tell("k\(number % 5)", "\(number)") }
        broker.disconnectAll(of: "listener")
        let back = try listening(on: store)
        back.run(for: .minutes(5))
        for key in 0..<5 {
            let texts = try back.messages(of: Heard.self).filter { $0.about == "k\(key)" }.map(\.text)
            #expect(texts == (1...50).filter { $0 % 5 == key }.map(String.init))
        }
    }

    private func listening(on store: MemoryStore) throws -> Simulation {
        try Simulation(
            store: store, components: [Apart.listener], channels: [Channel("shop", over: broker.transport())],
            remotes: [Remote("teller", via: "shop")])
    }

    @Test("two processes that hear of each other's events send none of them back")
    func atRest() throws {
        let echo = Component("listener") {
            Handle(Told.self) { told, context in try context.publish(Heard(about: told.about, text: told.text)) }
        }
        let shop = try SimulatedProcesses(broker: broker, of: [[Apart.teller], [echo]])
        try shop.tell("a", "one")
        shop.run(for: .hours(1))
        #expect(broker.messages(sentTo: .events(of: "teller")).count == 1)
        #expect(broker.messages(sentTo: .events(of: "listener")).count == 1)
    }

    @Test("exactly once: what is committed at the broker is sent once, whatever dies", arguments: 0..<10)
    func exactlyOnce(number: UInt64) throws {
        let seed = UInt64.random(in: 0 ... .max) &+ number
        var options = Simulation.Options()
        options.seed = seed
        let shop = try SimulatedProcesses(
            broker: broker, options: options, of: [[Apart.teller], [Apart.listener]],
            channel: { channel, _ in channel.exactlyOnce() })
        broker.suffer(.stormy, seed: seed)
        shop.kills = 0.01
        for number in 1...20 {
            try shop.perform(in: "teller") { runtime in
                _ = try await runtime.client(as: "teller").publish(
                    Told(about: "k\(number % 3)", text: "\(number)"), id: MessageID("told-\(number)"))
            }
        }
        broker.calm()
        shop.kills = 0
        shop.run(for: .hours(1))
        let sent = broker.messages(sentTo: .events(of: "teller")).compactMap { $0.envelope?.id.rawValue }
        #expect(sent.count == 20, "seed \(seed)")
        #expect(Set(sent).count == 20, "seed \(seed)")
        for key in 0..<3 {
            #expect(try shop.heard(about: "k\(key)") == (1...20).filter { $0 % 3 == key }.map(String.init))
        }
    }

    @Test("trace, correlation, causation and user come along")
    func context() throws {
        let shop = try Apart.processes(broker)
        try shop.perform(in: "listener") { runtime in
            let trace = try TraceContext(parent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", state: nil)
            _ = try await runtime.client(as: "listener", user: "kermit", trace: trace).send(Tell(about: "a", text: "x"))
        }
        shop.run(for: .minutes(1))
        let log = try shop.process(of: "listener").log().map(\.envelope)
        let (tell, told) = (try #require(log.first { $0.name == Tell.name }), log.first { $0.name == Told.name })
        #expect(told?.causationID == tell.id)
        #expect(told?.correlationID == tell.id)
        #expect(told?.context.user == "kermit")
        #expect(told?.context.trace?.parent.contains("0af7651916cd43dd8448eb211c80319c") == true)
        #expect(try shop.heard(about: "a") == ["x"])
    }

    @Test("a channel reports what its broker has beyond what was taken in, and that it has come to the end")
    func backlog() throws {
        let runtime = Mutex<Runtime?>(nil)
        let seen = Mutex<[Int]>([])
        // Its handler takes turns with the intake.
        let listener = Component("listener") {
            Handle(Told.self) { told, context in
                let report = runtime.withLock { $0?.channelReports.first }
                seen.withLock { $0.append(report?.backlog ?? 0) }
                try context.publish(Heard(about: told.about, text: told.text))
            }
        }
        let shop = try SimulatedProcesses(
            broker: broker, of: [[Apart.teller], [listener]], channel: { channel, _ in channel.batches(of: 1) })
        let system = ChannelSystem.name(of: "shop")
        try shop.process(of: "listener").operate(.suspendSystem(system))
        shop.run(for: .minutes(1))
        let texts = (1...20).map(String.init)
        for text in texts { try shop.tell("a", text) }
        shop.run(for: .minutes(1))
        let listening = try shop.process(of: "listener")
        runtime.withLock { $0 = listening.runtime }
        try listening.operate(.resumeSystem(system))
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == texts)
        // When the intake learns what waits at the broker, it has taken at least one message.
        let most = seen.withLock { $0.max() ?? 0 }
        #expect((1..<20).contains(most), "\(most)")
        #expect(try shop.process(of: "listener").runtime.channelReports.first?.backlog == 0)
    }

    @Test("a channel takes in again only when the connection before has let go, or has had long enough for that")
    func lettingGo() throws {
        let transport = HoldingTransport(broker)
        let listener = try Simulation(
            store: MemoryStore(), components: [Apart.listener], channels: [Channel("shop", over: transport)],
            remotes: [Remote("teller", via: "shop")])
        #expect(transport.sources == 1)
        transport.hold(.closing)
        broker.disconnectAll(of: "listener")
        listener.run(for: .seconds(10))
        #expect(transport.isHolding(.closing))
        #expect(transport.sources == 1)
        transport.release(.closing)
        listener.run(for: .seconds(10))
        #expect(transport.sources == 2)
        transport.hold(.closing)
        broker.disconnectAll(of: "listener")
        listener.run(for: .minutes(1))
        #expect(transport.sources == 3)
    }

    @Test("a channel that an operator has stopped neither sends nor takes in until it is resumed")
    func suspended() throws {
        let shop = try Apart.processes(broker)
        let system = ChannelSystem.name(of: "shop")
        try shop.process(of: "listener").operate(.suspendSystem(system))
        shop.run(for: .minutes(1))
        try shop.tell("a", "one")
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a").isEmpty)
        try shop.crash("listener")
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a").isEmpty)
        let report = try #require(try shop.process(of: "listener").runtime.channelReports.first)
        #expect(report.sending.state == .suspended)
        #expect(report.takingIn.state == .suspended)
        try shop.process(of: "listener").operate(.resumeSystem(system))
        shop.run(for: .minutes(1))
        #expect(try shop.heard(about: "a") == ["one"])
    }
}
