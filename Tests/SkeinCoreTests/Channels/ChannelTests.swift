import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

private struct Ordered: Event {
    static let name: MessageName = "order.ordered"
    var order: String
    var subject: String? { order }
}

private struct Pay: Command {
    static let name: MessageName = "payment.pay"
    var order: String
    var subject: String? { order }
}

private struct Paid: Event {
    static let name: MessageName = "payment.paid"
    var order: String
    var subject: String? { order }
}

private struct Noted: Event {
    static let name: MessageName = "payment.noted"
    var order: String
    var step: Int
    var subject: String? { order }
}

private struct AskBalance: Query {
    static let name: MessageName = "payment.balance"
    typealias Answer = Balance
    var order: String
}

private struct Balance: Document {
    static let name: MessageName = "payment.balanceIs"
    var amount: Int
}

private struct ApartOrder: ProcessDefinition {
    static let name = "order", version = 1
    static func key(of ordered: Ordered) -> String { ordered.order }

    func run(_ ordered: Ordered, _ flow: Flow) async throws {
        _ = try await flow.ask(AskBalance(order: ordered.order))
        _ = try await flow.request(Pay(order: ordered.order), expecting: Paid.self)
        flow.publish(Done(order: ordered.order))
    }
}

private struct Done: Event {
    static let name: MessageName = "order.done"
    var order: String
    var subject: String? { order }
}

@Suite("Components in processes of their own")
struct ChannelTests {
    private let order = Component("order") { Processes(ApartOrder()) }
    private let payment = Component("payment") {
        Handle(Pay.self) { pay, context in
            for step in 1...3 { try context.publish(Noted(order: pay.order, step: step)) }
            try context.publish(Paid(order: pay.order))
        }
        Answer(AskBalance.self) { _, _ in Balance(amount: 7) }
    }

    @Test("send commands, answer and hear of events as in one process")
    func roundTrip() throws {
        let shop = try SimulatedProcesses(broker: MemoryBroker(), of: [[order], [payment]])
        for number in 1...20 { try shop.publish(Ordered(order: "o\(number)"), as: "order") }
        shop.run(for: .minutes(5))
        let names = try shop.log().map(\.envelope.name.rawValue)
        #expect(names.count { $0 == "order.done" } == 20)
        #expect(names.count { $0 == "payment.paid" } == 20)
        #expect(try shop.ask(AskBalance(order: "o1"), as: "order").amount == 7)
        #expect(try shop.incidents().isEmpty)
    }

    @Test("send commands, answer and hear of events over queues too, which have no past that could be read")
    func withoutReplay() throws {
        let broker = MemoryBroker()
        var features = MemoryBroker.features
        features.abilities.subtract([.replayFromBeginning, .replayFromTime, .positions])
        let transport = broker.transport(features: features)
        let shop = try SimulatedProcesses(
            broker: broker, of: [[order], [payment]],
            channel: { _, name in Channel(SimulatedProcesses.channel, over: transport, as: name) })
        for number in 1...5 { try shop.publish(Ordered(order: "o\(number)"), as: "order") }
        shop.run(for: .minutes(5))
        #expect(try shop.log().count { $0.envelope.name.rawValue == "order.done" } == 5)
        #expect(try shop.incidents().isEmpty)
    }

    @Test("learn what the others declare, even if the broker does not take it at first")
    func announcements() throws {
        let broker = MemoryBroker()
        var faults = MemoryBroker.Faults()
        faults.failedSend = 0.95
        broker.suffer(faults, seed: 1)
        let shop = try SimulatedProcesses(broker: broker, of: [[order], [payment]])
        broker.calm()
        shop.run(for: .minutes(1))
        #expect(try shop.store(of: "order").makeReader().catalogue(of: "payment") != nil)
        #expect(try shop.store(of: "payment").makeReader().catalogue(of: "order") != nil)
    }

    @Test("tell nothing twice to those who know it, when the broker comes back")
    func reconnecting() throws {
        let broker = MemoryBroker()
        let others = (1...4).map { [Component("other\($0)") { Handle(Paid.self) { _, _ in } }] }
        let shop = try SimulatedProcesses(broker: broker, of: [[order], [payment]] + others)
        let before = broker.messages(sentTo: .catalogue).count
        for _ in 1...3 {
            broker.stop()
            shop.run(for: .seconds(10))
            broker.start()
            shop.run(for: .minutes(2))
        }
        // Each says each time what it is and what it knows.
        #expect(broker.messages(sentTo: .catalogue).count - before == 3 * 6)
    }

    @Test("lose and double nothing, and keep the order of each key, whatever fails", arguments: 0..<30)
    func storms(number: UInt64) throws {
        let seed = UInt64.random(in: 0 ... .max) &+ number
        try Self.storm(seed: seed, order: order, payment: payment)
    }

    @Test("lose and double nothing with a crash after every commit", arguments: 0..<5)
    func crashes(number: UInt64) throws {
        let seed = UInt64.random(in: 0 ... .max) &+ number
        try Self.storm(seed: seed, crashing: true, order: order, payment: payment)
    }

    static func storm(
        seed: UInt64, crashing: Bool = false, order: Component, payment: Component
    ) throws {
        let broker = MemoryBroker()
        var options = Simulation.Options()
        (options.seed, options.crashesAtEveryCommit) = (seed, crashing)
        let shop = try SimulatedProcesses(broker: broker, options: options, of: [[order], [payment]])
        broker.suffer(.stormy, seed: seed)
        shop.kills = crashing ? 0 : 0.002
        for number in 1...10 {
            try shop.perform(in: "order") { runtime in
                let id = MessageID("00000000-0000-7000-8000-0000000000\(number + 10)")
                _ = try await runtime.client(as: "order").publish(Ordered(order: "o\(number)"), id: id)
            }
        }
        shop.run(for: .minutes(2))
        broker.stop()
        shop.run(for: .minutes(2))
        broker.start()
        shop.run(for: .minutes(2))
        broker.calm()
        shop.kills = 0
        shop.run(for: .hours(2))
        let written = try shop.log().map(\.envelope)
        for name in ["order.done", "payment.paid"] {
            let subjects = written.filter { $0.name.rawValue == name }.map(\.subject)
            #expect(Set(subjects).count == 10, "seed \(seed): \(name)")
            #expect(subjects.count == 10, "seed \(seed): \(name)")
        }
        let sent = Dictionary(grouping: written.filter { $0.source == "payment" && $0.kind == .event }, by: \.subject)
        let taken = try shop.process(of: "order").log().filter { $0.origin != nil }.map(\.envelope)
        let received = Dictionary(grouping: taken.filter { $0.kind == .event }, by: \.subject)
        #expect(sent.mapValues { $0.map(\.id) } == received.mapValues { $0.map(\.id) }, "seed \(seed)")
        #expect(try shop.incidents().isEmpty, "seed \(seed)")
    }
}
