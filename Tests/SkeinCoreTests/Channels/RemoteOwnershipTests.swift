import Foundation
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("Who owns what elsewhere")
struct RemoteOwnershipTests {
    private let broker = MemoryBroker()

    @Test("is told by what a component declares, and remembered for the next start")
    func remembered() throws {
        let shop = try Apart.processes(broker)
        let runtime = try shop.process(of: "listener").runtime
        let entry = try #require(runtime.core.catalogue.remotes.entry(of: "teller"))
        #expect(entry.process == "teller")
        #expect(entry.channel == "shop")
        #expect(entry.owned.map(\.name) == ["teller.tell"])
        broker.stop()
        try shop.crash("listener")
        let again = try shop.process(of: "listener").runtime.core.catalogue.remotes.entry(of: "teller")
        #expect(again == entry)
    }

    @Test("refuses a command that the owner does not have, or does not take in that version")
    func refused() throws {
        struct Shout: Command {
            static let name: MessageName = "teller.shout"
        }
        struct Tell2: Command {
            static let name: MessageName = "teller.tell"
            static let version = SchemaVersion(2, 0, 0)
        }
        let shop = try Apart.processes(broker)
        let unknown = #expect(throws: MessageError.self) { try shop.send(Shout(), as: "listener") }
        #expect(unknown?.description.contains("no component of this runtime and no remote one handles it") == true)
        let version = #expect(throws: MessageError.self) { try shop.send(Tell2(), as: "listener") }
        #expect(version?.description.contains("takes 'teller.tell' since 1.0.0, not version 2.0.0") == true)
    }

    @Test("is heard anew where what was heard before would keep a process from starting: both were exchanged while off")
    func outOfDate() throws {
        struct Tell2: Command {
            static let name: MessageName = "teller.tell"
            static let version = SchemaVersion(2, 0, 0)
            var text: String
        }
        let stores = ["teller": MemoryStore(), "listener": MemoryStore()]
        let before = try SimulatedProcesses(
            broker: broker, of: [[Apart.teller], [Apart.listener]], stores: { stores[$0] ?? MemoryStore() })
        before.run(for: .minutes(1))
        for name in before.names { broker.disconnectAll(of: name) }
        let teller = Component("teller") {
            Handle(Tell2.self) { tell, context in try context.publish(Told(about: "new", text: tell.text)) }
        }
        let listener = Component("listener") {
            Publishes(Tell2.self)
            Publishes(Heard.self)
            Handle(Told.self) { told, context in try context.publish(Heard(about: told.about, text: told.text)) }
        }
        let after = try SimulatedProcesses(
            broker: broker, of: [[teller], [listener]], stores: { stores[$0] ?? MemoryStore() })
        after.run(for: .minutes(1))
        try after.send(Tell2(text: "one"), as: "listener")
        after.run(for: .minutes(1))
        #expect(try after.heard(about: "new") == ["one"])
        #expect(try after.process(of: "listener").runtime.core.catalogue.remotes.entry(of: "teller")?.owned.count == 1)
    }

    @Test("is by the name of the command while nothing is known")
    func byName() throws {
        let alone = try Simulation(
            store: MemoryStore(), components: [Apart.listener], channels: [Channel("shop", over: broker.transport())],
            remotes: [Remote("teller", via: "shop")])
        try alone.send(Tell(about: "a", text: "one"), as: "listener")
        #expect(broker.messages(sentTo: .commands(to: "teller")).count == 1)
    }

    @Test("can be said beforehand, and two owners are refused before anything starts")
    func declared() throws {
        let entry = Data(
            #"""
            {"component":"teller","consumes":[{"by":"Hear","kind":"command","name":"listener.hear","since":"1.0.0"}],
            "definitions":[],"projections":[],"publishes":[]}
            """#.utf8)
        struct Hear: Command {
            static let name: MessageName = "listener.hear"
        }
        let listener = Component("listener") { Handle(Hear.self) { _, _ in } }
        let error = #expect(throws: ConfigurationError.self) {
            try Apart.runtime(
                [listener], [Channel("shop", over: broker.transport())],
                [Remote("teller", via: "shop").declared(by: entry)], on: MemoryStore())
        }
        #expect(
            error?.problems == [
                "'listener.hear' has two owners, 'listener' and 'teller'; exactly one component may handle it"
            ])
        let unreadable = #expect(throws: ConfigurationError.self) {
            try Apart.runtime(
                [listener], [Channel("shop", over: broker.transport())],
                [Remote("teller", via: "shop").declared(by: Data("{".utf8))], on: MemoryStore())
        }
        #expect(unreadable?.description.contains("write it with `skein catalogue --json`") == true)
    }

    @Test("a component that runs twice, and a second process of one name, are reported")
    func twice() async throws {
        let shop = try Apart.processes(broker)
        #expect(
            try await problem(after: .init("teller", in: "other"), in: shop)
                == "component 'teller' runs here and in process 'other'; take it out of one of them")
        #expect(
            try await problem(after: .init("elsewhere", in: "teller"), in: shop)?
                .contains("; another process calls itself 'teller' on channel 'shop'") == true)
    }

    @Test("a second process of one name is told once that there is another")
    func namesakes() async throws {
        let shop = try Apart.processes(broker)
        func declarations() -> Int { broker.messages(sentTo: .catalogue).count }
        let before = declarations()
        _ = try await problem(after: .init("elsewhere", in: "teller"), in: shop)
        #expect(declarations() == before + 2, "its own, and that of the teller")
        _ = try await problem(after: .init("elsewhere", in: "teller"), in: shop)
        #expect(declarations() == before + 3)
    }

    /// What the channel of the teller reports after another process has declared something.
    private func problem(after other: Declared, in shop: SimulatedProcesses) async throws -> String? {
        let entry = CatalogueEntry(
            component: other.component, publishes: [], consumes: [], definitions: [], projections: [])
        let declaration = Declaration(entry: entry, process: other.process, start: 4711, known: nil)
        let sender = try await broker.transport().openSender(SenderRequest(channel: "shop", process: "other"))
        let message = try declaration.message(id: MessageID(other.component), at: Timestamp(microseconds: 0))
        _ = try await sender.send(OutboundBatch([message]))
        await sender.close()
        shop.run(for: .minutes(1))
        return try shop.process(of: "teller").runtime.channelReports.first?.problem
    }

    private struct Declared {
        var component: String
        var process: String

        init(_ component: String, in process: String) { (self.component, self.process) = (component, process) }
    }
}

@Suite("Channels are refused")
struct ChannelProblemTests {
    private let broker = MemoryBroker()

    private func problems(_ components: [Component], _ channels: [Channel], _ remotes: [Remote] = []) -> [String] {
        do {
            _ = try Apart.runtime(components, channels, remotes, on: MemoryStore())
            return []
        } catch let error as ConfigurationError {
            return error.problems
        } catch {
            return ["\(error)"]
        }
    }

    @Test("without a name for a process of several components")
    func unnamed() {
        let found = problems([Apart.teller, Apart.listener], [Channel("shop", over: broker.transport())])
        #expect(found.count == 1)
        #expect(found.first?.contains(#"Channel("shop", over: …, as: "…")"#) == true)
    }

    @Test("with names that are wrong or taken, and remote components that run here or lead nowhere")
    func names() {
        let channel = Channel("shop", over: broker.transport())
        #expect(problems([Apart.teller], [channel, channel]).first?.contains("two channels") == true)
        #expect(problems([Apart.teller], [Channel("Shop!", over: broker.transport())]).count == 1)
        #expect(problems([Apart.teller], [channel.batches(of: 0)]).count == 1)
        let here = problems([Apart.teller], [channel], [Remote("teller", via: "shop")])
        #expect(here == ["the remote component 'teller' runs here as well; take out the Remote, or the component"])
        let nowhere = problems([Apart.teller], [channel], [Remote("listener", via: "shopp")])
        #expect(nowhere.first?.contains("'shopp', which is no channel; there are: 'shop'") == true)
        let reserved = Component("skein") { Handle(Tell.self) { _, _ in } }
        #expect(problems([reserved], [channel]).first?.contains("a component is called 'skein'") == true)
    }

    @Test(
        "over a transport that cannot do what is asked",
        arguments: [
            TransportAbility.orderPerKey, .durableReaders, .direct, .requestReply, .transactions,
            .replayFromBeginning,
        ])
    func abilities(missing: TransportAbility) {
        var features = MemoryBroker.features
        features.abilities.remove(missing)
        let channel = Channel("shop", over: broker.transport(features: features)).exactlyOnce()
        let found = problems([Apart.teller], [channel], [Remote("listener", via: "shop", from: .beginning)])
        #expect(found.count == 1)
        #expect(found.first?.contains("cannot do \(missing.rawValue)") == true)
    }

    @Test("over a transport that does not know a level of acknowledgement")
    func levels() {
        var features = MemoryBroker.features
        features.acknowledgements = [.all]
        let channel = Channel("shop", over: broker.transport(features: features)).fireAndForget(.none)
        #expect(problems([Apart.teller], [channel]).first?.contains("level 'none'; the transport knows all") == true)
        features.acknowledgements = [.one]
        let weak = Channel("shop", over: broker.transport(features: features))
        #expect(problems([Apart.teller], [weak]).first?.contains("does not know the acknowledgement 'all'") == true)
    }
}
