import Foundation
import SkeinActions
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("The report of a channel")
struct ChannelReportingTests {
    private let broker = MemoryBroker()

    private func report(_ shop: SimulatedProcesses, of component: String) throws -> ChannelReport {
        try #require(try shop.process(of: component).runtime.channelReports.first)
    }

    @Test("counts how often a connection was opened again, not how often that failed")
    func reopened() throws {
        let shop = try Apart.processes(broker)
        #expect(try report(shop, of: "listener").takingIn.reconnects == 0)
        for outage in 1...2 {
            broker.stop()
            shop.run(for: .hours(1))
            #expect(try report(shop, of: "listener").takingIn.state == .disconnected)
            #expect(try report(shop, of: "listener").takingIn.reconnects == outage - 1)
            broker.start()
            shop.run(for: .minutes(5))
            #expect(try report(shop, of: "listener").takingIn.reconnects == outage)
            #expect(try report(shop, of: "teller").sending.reconnects == outage)
        }
    }

    @Test("says that the connection of a sender with nothing to send is lost")
    func idle() throws {
        let shop = try Apart.processes(broker)
        shop.run(for: .minutes(1))
        for component in ["listener", "teller"] {
            #expect(try report(shop, of: component).sending.state == .connected)
        }
        broker.stop()
        shop.run(for: .seconds(1))
        for component in ["listener", "teller"] {
            let sending = try report(shop, of: component).sending
            #expect(sending.state == .disconnected)
            #expect(sending.lastError == "memory: the broker is stopped; start it with MemoryBroker.start()")
        }
        broker.start()
        shop.run(for: .minutes(5))
        try shop.tell("a", "after")
        shop.run(for: .minutes(1))
        #expect(try report(shop, of: "teller").sending.state == .connected)
        #expect(try shop.heard(about: "a") == ["after"])
    }

    @Test("says when messages of refused subjects take all the room of the relay, and when they no longer do")
    func full() throws {
        let shop = try Apart.processes(broker)
        broker.refuse { message in
            message.envelope.subject == "bad" ? TransportError(.tooLarge, "the message is too large") : nil
        }
        try shop.perform(in: "teller") { runtime in
            let client = runtime.client(as: "teller")
            for number in 0..<10_050 { _ = try await client.publish(Told(about: "bad", text: "\(number)")) }
            _ = try await client.publish(Told(about: "good", text: "behind"))
        }
        shop.run(for: .minutes(1))
        let problem = try report(shop, of: "teller").problem
        #expect(problem?.hasPrefix("channel 'shop' sends nothing more: 10") == true)
        #expect(problem?.contains("are stopped, of 1 keys whose first one the broker does not take; retry") == true)
        #expect(try shop.heard(about: "good").isEmpty)
        broker.refuse(nil)
        shop.run(for: .minutes(10))
        #expect(try report(shop, of: "teller").problem == nil)
        #expect(try shop.heard(about: "good") == ["behind"])
        #expect(try shop.heard(about: "bad") == (0..<10_050).map(String.init))
    }

    @Test("says when it takes in answers elsewhere than before, at the same broker")
    func readsElsewhere() throws {
        let store = MemoryStore()
        func start(as process: String) throws -> ChannelReport? {
            let transport = broker.transport()
            let simulation = try Simulation(
                store: store, components: [Apart.bystander], channels: [Channel("shop", over: transport, as: process)])
            simulation.run(for: .seconds(1))
            return simulation.runtime.channelReports.first
        }
        #expect(try start(as: "one")?.problem == nil)
        #expect(try start(as: "one")?.problem == nil)
        let problem = try start(as: "two")?.problem
        #expect(problem?.hasPrefix("channel 'shop' took in answers at '") == true)
        #expect(problem?.hasSuffix("name of the process, or give the channel another name") == true)
    }

    @Test("says when another process declares something that cannot be read")
    func undeclared() throws {
        let shop = try Apart.processes(broker)
        broker.storeUnreadable(
            UnreadableMessage(headers: [:], body: Data("rubbish".utf8), reason: "it is no CloudEvent"), in: .catalogue)
        shop.run(for: .minutes(1))
        let problem = try report(shop, of: "listener").problem
        #expect(
            problem
                == "what another process declares on channel 'shop' cannot be read: it is no CloudEvent")
    }

    @Test("says when the channel goes on at another address where it was at the one before")
    func moved() throws {
        var stores: [String: MemoryStore] = [:]
        func processes(_ broker: MemoryBroker) throws -> SimulatedProcesses {
            try SimulatedProcesses(
                broker: broker, of: [[Apart.teller], [Apart.listener]],
                stores: { name in
                    let store = stores[name] ?? MemoryStore()
                    stores[name] = store
                    return store
                })
        }
        let before = try processes(MemoryBroker(label: "one"))
        try before.tell("a", "x")
        before.run(for: .minutes(1))
        #expect(try report(before, of: "listener").problem == nil)
        let after = try processes(MemoryBroker(label: "two"))
        after.run(for: .minutes(1))
        #expect(
            try report(after, of: "listener").problem
                == "channel 'shop' was over one before, and goes on where it was there; if two is another broker, give "
                + "the channel another name, or messages are left out")
    }

    @Test("says that a second process has its name, and nothing that follows from that")
    func namesakes() async throws {
        let shop = try Apart.processes(broker)
        let entry = try #require(try shop.process(of: "listener").runtime.core.catalogue.ownEntries.first)
        let namesake = Declaration(entry: entry, process: "listener", start: 1, known: nil)
        let sender = try await broker.transport().openSender(SenderRequest(channel: "shop", process: "listener"))
        let message = try namesake.message(id: MessageID("namesake"), at: shop.now)
        _ = try await sender.send(OutboundBatch([message]))
        await sender.close()
        shop.run(for: .minutes(1))
        let problem = try report(shop, of: "listener").problem
        #expect(problem?.hasPrefix("another process calls itself 'listener' on channel 'shop'") == true)
    }

    @Test("ends the runtime when its settings can never work, and tries everything else again")
    func hopeless() throws {
        let wrong = TransportError(.configuration, "the scheme 'foo' is unknown; use stomp:// or stomp+ssl://")
        for error in [wrong, TransportError(.unauthorized, "the password is wrong")] {
            let store = MemoryStore()
            let channel = Channel("shop", over: RefusingTransport(error: error))
            let simulation = try Simulation(
                store: store, components: [Apart.teller], channels: [channel],
                remotes: [Remote("listener", via: "shop")])
            simulation.run(for: .minutes(1))
            let failure = simulation.runtime.failure as? TransportError
            #expect((failure?.message == error.message) == (error.code == .configuration))
        }
    }
}

/// Lets nobody in.
private struct RefusingTransport: Transport {
    let error: TransportError
    var label: String { "foo://nowhere" }
    var features: TransportFeatures { MemoryBroker.features }

    func openSource(_ request: SourceRequest) async throws -> any TransportSource { throw error }
    func openSender(_ request: SenderRequest) async throws -> any TransportSender { throw error }
}
