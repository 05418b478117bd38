import Foundation
import SkeinActions
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("What a channel had not sent when the configuration changed")
struct ChannelSuccessionTests {
    private struct Asked: Event { static let name: MessageName = "asker.asked" }

    private let broker = MemoryBroker()
    private let store = MemoryStore()

    private func channel(_ name: String, _ broker: MemoryBroker, as process: String) -> Channel {
        let transport = broker.transport()
        return Channel(name, over: transport, as: process)
    }

    /// A process that sends commands to the teller and another component.
    private func asker(_ channels: [String], _ ways: [String: String], on broker: MemoryBroker? = nil) throws
        -> Simulation
    {
        let asker = Component("asker") { Handle(Told.self) { _, _ in } }
        return try Simulation(
            store: store, components: [asker],
            channels: channels.map { channel($0, broker ?? self.broker, as: "asker-\($0)") },
            remotes: ways.sorted { $0.key < $1.key }.map { Remote($0.key, via: $0.value) })
    }

    private func tell(_ simulation: Simulation, _ texts: ClosedRange<Int>) throws {
        for text in texts { try simulation.send(Tell(about: "a", text: "\(text)"), as: "asker") }
    }

    /// What lies at the broker for the teller, in order.
    private func arrived(at broker: MemoryBroker? = nil, in channel: String = "main") throws -> [String] {
        let teller = try Simulation(
            store: MemoryStore(), components: [Apart.teller],
            channels: [self.channel(channel, broker ?? self.broker, as: "teller")],
            remotes: [Remote("asker", via: channel)])
        teller.run(for: .minutes(1))
        return try teller.messages(of: Tell.self).map(\.text)
    }

    private func reports() throws -> [ChannelReport] {
        try store.makeReader().channels().map { try JSONDecoder().decode(ChannelReport.self, from: $0.description) }
    }

    @Test("leaves by the channel under its new name")
    func renamed() throws {
        let before = try asker(["old"], ["teller": "old"])
        try tell(before, 1...3)
        broker.stop()
        try tell(before, 4...6)
        let after = try asker(["new"], ["teller": "new"])
        broker.start()
        after.run(for: .minutes(5))
        try tell(after, 7...8)
        #expect(try arrived() == (1...8).map(String.init))
        #expect(try reports().map(\.name) == ["new"])
        #expect(try store.makeReader().position(of: "relay/old") == nil)
    }

    @Test("leaves by the channel that leads to the component now, though that one has sent later messages")
    func moved() throws {
        let other = MemoryBroker(label: "other")
        func process(_ way: String) throws -> Simulation {
            let asker = Component("asker") { Publishes(Asked.self) }
            return try Simulation(
                store: store, components: [asker],
                channels: [
                    channel("old", broker, as: "asker"), channel("new", other, as: "asker"),
                ],
                remotes: [Remote("teller", via: way), Remote("listener", via: "new"), Remote("clerk", via: "old")])
        }
        let before = try process("old")
        broker.stop()
        try tell(before, 1...3)
        try before.publish(Asked(), as: "asker")
        #expect(try store.makeReader().position(of: "relay/new")?.position == 4)
        let after = try process("new")
        after.run(for: .minutes(1))
        try tell(after, 4...4)
        #expect(try arrived(at: other) == ["1", "2", "3", "4"])
        #expect(try reports().map(\.remotes) == [["teller", "listener"], ["clerk"]])
        broker.start()
        after.run(for: .minutes(5))
        #expect(try arrived() == [], "nothing goes both ways")
        let third = try process("new")
        third.run(for: .minutes(5))
        #expect(third.runtime.channelReports.allSatisfy { $0.sent.acknowledged == 0 }, "nothing is handed over twice")
    }

    @Test("is parked by the broker's refusal no more, where the new channel's broker takes it")
    func refused() throws {
        broker.refuse { _ in TransportError(.tooLarge, "the message is too large") }
        let before = try asker(["old"], ["teller": "old"])
        try tell(before, 1...2)
        #expect(try before.incidents().count == 1)
        let other = MemoryBroker(label: "other")
        let after = try asker(["new"], ["teller": "new"], on: other)
        after.run(for: .minutes(5))
        #expect(try arrived(at: other) == ["1", "2"])
        #expect(try after.incidents().isEmpty)
    }

    @Test("stays skipped or edited, where an operator has decided so")
    func decided() throws {
        broker.refuse { _ in TransportError(.tooLarge, "the message is too large") }
        let before = try asker(["old"], ["teller": "old"])
        for about in ["a", "b", "c"] { try before.send(Tell(about: about, text: about), as: "asker") }
        func row(of key: String) throws -> ParkedRow {
            try #require(
                try store.makeReader().parked(subscription: "relay/old", after: nil, limit: 9).first { $0.key == key })
        }
        let incidents = try ["a", "b"].map { try #require(try row(of: $0).incident) }
        let edited = try JSONEncoder().encode(Tell(about: "b", text: "edited"))
        try before.operate(.skip(incident: incidents[0]))
        try before.operate(.edit(incident: incidents[1], payload: edited))
        let after = try asker(["new"], ["teller": "new"])
        #expect(try after.incidents().map(\.subscription) == ["relay/new", "relay/new"])
        broker.refuse(nil)
        after.run(for: .hours(1))
        #expect(try arrived().sorted() == ["c", "edited"])
        #expect(try after.incidents().isEmpty)
    }

    @Test("stays with it where that is an event, and it leads to other components still")
    func events() throws {
        broker.refuse { _ in TransportError(.tooLarge, "the message is too large") }
        func process(_ channels: [String], _ way: String) throws -> Simulation {
            try Simulation(
                store: store, components: [Component("asker") { Publishes(Asked.self) }],
                channels: channels.map { channel($0, broker, as: "asker") },
                remotes: [Remote("teller", via: way), Remote("clerk", via: "old")])
        }
        let before = try process(["old"], "old")
        try before.publish(Asked(), as: "asker")
        try tell(before, 1...1)
        let after = try process(["old", "new"], "new")
        #expect(Set(try after.incidents().map(\.subscription)) == ["relay/old", "relay/new"])
        broker.refuse(nil)
        after.run(for: .hours(1))
        #expect(try after.incidents().isEmpty)
        #expect(try arrived() == ["1"])
    }

    @Test("is reported and stays in the log where no channel leads to its component, and leaves when one does")
    func gone() throws {
        let before = try asker(["old"], ["teller": "old"])
        broker.stop()
        try tell(before, 1...2)
        let without = try asker([], [:])
        without.run(for: .minutes(1))
        let report = try #require(try reports().first)
        #expect(report.isGone == true && report.sending.state == .stopped)
        #expect(
            report.problem
                == "there is no channel 'old' any more, and what it had not sent above message 0 stays unsent and in "
                + "the log; configure it again, or give that up with 'skein channels --forget old'")
        #expect(try store.makeReader().position(of: "relay/old")?.position == 0, "it holds the log")
        broker.start()
        let again = try asker(["old"], ["teller": "old"])
        again.run(for: .minutes(1))
        #expect(try arrived() == ["1", "2"])
        #expect(try reports().map(\.problem) == [nil])
    }

    @Test("leaves by the channel under its new name though that leads to no component, at the same broker only")
    func publisher() throws {
        func publisher(_ channel: String, on broker: MemoryBroker) throws -> Simulation {
            try Simulation(
                store: store, components: [Component("asker") { Publishes(Asked.self) }],
                channels: [self.channel(channel, broker, as: "asker")])
        }
        func listener() throws -> Simulation {
            try Simulation(
                store: MemoryStore(), components: [Component("listener") { Handle(Asked.self) { _, _ in } }],
                channels: [channel("main", broker, as: "listener")], remotes: [Remote("asker", via: "main")])
        }
        let listener = try listener()
        let before = try publisher("old", on: broker)
        broker.stop()
        for _ in 1...3 { try before.publish(Asked(), as: "asker") }
        _ = try publisher("elsewhere", on: MemoryBroker(label: "other"))
        #expect(try reports().map { $0.isGone ?? false } == [false, true])
        broker.start()
        let after = try publisher("new", on: broker)
        after.run(for: .minutes(5))
        listener.run(for: .minutes(5))
        #expect(try listener.messages(of: Asked.self).count == 3)
        #expect(try reports().map(\.name) == ["elsewhere", "new"])
    }

    @Test("is not lost when the start with a new name fails, and the old one comes back")
    func rolledBack() throws {
        broker.stop()
        let before = try asker(["old"], ["teller": "old"])
        try tell(before, 1...3)
        let transport = broker.transport()
        _ = try Runtime(
            store: store, components: [Component("asker") { Handle(Told.self) { _, _ in } }],
            channels: [Channel("new", over: transport, as: "asker-new")], remotes: [Remote("teller", via: "new")])
        #expect(try reports().map(\.name) == ["new"])
        #expect(try reports().map(\.succeeds) == [["old"]])
        let again = try asker(["old"], ["teller": "old"])
        broker.start()
        again.run(for: .minutes(5))
        #expect(try arrived() == ["1", "2", "3"])
    }

    @Test("refuses the start where no channel leads to its component any more", arguments: [true, false])
    func cutOff(isHere: Bool) throws {
        broker.stop()
        let before = try asker(["old"], ["teller": "old"])
        try tell(before, 1...3)
        func start() throws -> Simulation {
            try Simulation(
                store: store,
                components: [Component("asker") { Handle(Told.self) { _, _ in } }] + (isHere ? [Apart.teller] : []),
                channels: [channel("old", broker, as: "asker-old")])
        }
        let error = #expect(throws: ConfigurationError.self) { try start() }
        #expect(error?.description.contains("3 messages to 'teller' have not left by channel 'old'") == true)
        broker.start()
        try asker(["old"], ["teller": "old"]).run(for: .minutes(5))
        #expect(try arrived() == ["1", "2", "3"])
        _ = try start()
    }

    @Test("does not refuse the next start after its component has moved here, whenever the process dies")
    func movedIn() throws {
        _ = try asker(["old"], ["teller": "old"])
        let transport = broker.transport()
        let components = [Component("asker") { Handle(Told.self) { _, _ in } }, Apart.teller]
        // It dies before anything runs.
        _ = try Runtime(
            store: store, components: components, channels: [Channel("old", over: transport, as: "asker-old")])
        #expect(try reports().map(\.remotes) == [[]])
        let after = try Simulation(
            store: store, components: components, channels: [channel("old", broker, as: "asker-old")])
        try tell(after, 1...1)
        #expect(try after.messages(of: Told.self).map(\.text) == ["1"])
    }

    @Test("keeps no row and no incident where it does not leave any more")
    func excluded() throws {
        func publisher(_ carries: Bool) throws -> Simulation {
            try Simulation(
                store: store, components: [Component("asker") { Publishes(Asked.self) }],
                channels: [channel("old", broker, as: "asker").carrying { _ in carries }])
        }
        broker.refuse { _ in TransportError(.tooLarge, "the message is too large") }
        let before = try publisher(true)
        try before.publish(Asked(), as: "asker")
        #expect(try before.incidents().count == 1)
        let after = try publisher(false)
        after.run(for: .minutes(1))
        #expect(try after.incidents().isEmpty)
        #expect(try store.makeReader().parked(subscription: "relay/old", after: nil, limit: 9).isEmpty)
    }

    @Test("stops its key at its first message where two stopped channels become one", arguments: [true, false])
    func merged(isSkipped: Bool) throws {
        broker.refuse { _ in TransportError(.tooLarge, "the message is too large") }
        struct Order: Command {
            static let name: MessageName = "clerk.order"
            var text: String
            var subject: String? { "a" }
        }
        func process(_ channels: [String]) throws -> Simulation {
            try Simulation(
                store: store, components: [Component("asker") { Handle(Told.self) { _, _ in } }],
                channels: channels.map { channel($0, broker, as: "asker") },
                remotes: [Remote("teller", via: channels[0]), Remote("clerk", via: channels[channels.count - 1])])
        }
        let before = try process(["old", "new"])
        try tell(before, 1...1)
        try before.send(Order(text: "2"), as: "asker")
        #expect(try before.incidents().map(\.subscription) == ["relay/old", "relay/new"])
        let after = try process(["new"])
        #expect(try after.incidents().map(\.position) == [1])
        broker.refuse(nil)
        if isSkipped { try after.operate(.skip(incident: try #require(try after.incidents().first).id)) }
        after.run(for: .hours(1))
        #expect(try arrived() == (isSkipped ? [] : ["1"]))
        #expect(after.runtime.channelReports.map(\.sent.acknowledged) == [isSkipped ? 1 : 2])
        #expect(try after.incidents().isEmpty)
        #expect(try store.makeReader().parked(subscription: "relay/new", after: nil, limit: 9).isEmpty)
    }

    @Test("comes from where the channel had read before, under its new name and at the same broker only")
    func places() throws {
        func listener(_ channel: String, on broker: MemoryBroker) throws -> Simulation {
            try Simulation(
                store: store, components: [Component("listener") { Handle(Told.self) { _, _ in } }],
                channels: [self.channel(channel, broker, as: "listener")],
                remotes: [Remote("teller", via: channel)])
        }
        func places(_ channel: String) throws -> [SourcePlaceRow] {
            try store.makeReader().sourcePlaces(channel: channel)
        }
        let teller = try Simulation(
            store: MemoryStore(), components: [Apart.teller], channels: [channel("main", broker, as: "teller")])
        let before = try listener("old", on: broker)
        before.run(for: .minutes(1))
        try teller.send(Tell(about: "a", text: "1"), as: "teller")
        before.run(for: .minutes(1))
        #expect(try before.messages(of: Told.self).count == 1)
        let old = try places("old")
        #expect(!old.isEmpty)
        broker.stop()
        _ = try listener("new", on: broker)
        #expect(try places("new").map(\.next) == old.map(\.next))
        #expect(try places("new").map(\.topic) == old.map(\.topic))
        #expect(try places("old").isEmpty)
        _ = try listener("newest", on: MemoryBroker(label: "other"))
        #expect(try places("newest").isEmpty, "another broker counts otherwise")
    }

    @Test(
        "is handled again alone: all else that the place covers stays handled",
        arguments: [
            (PositionRow(subscription: "s", position: 10), [3, 4, 7], 2, [5...6, 8...10]),
            (PositionRow(subscription: "s", position: 10), [1], 0, [2...10]),
            (PositionRow(subscription: "s", position: 4, completed: [6...9]), [6, 9], 4, [7...8]),
            (PositionRow(subscription: "s", position: 4, completed: [6...9]), [4, 7], 3, [6...6, 8...9]),
            (PositionRow(subscription: "s", position: 4, completed: [6...9]), [5, 12], 4, [6...9]),
        ] as [(PositionRow, [Int64], Int64, [ClosedRange<Int64>])])
    func reopened(row: PositionRow, positions: [Int64], position: Int64, completed: [ClosedRange<Int64>]) {
        let reopened = row.reopened(positions)
        #expect(reopened.position == position && reopened.completed == completed)
    }
}
