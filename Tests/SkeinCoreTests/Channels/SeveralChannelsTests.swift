import SkeinActions
import SkeinStorage
import SkeinTesting
import SkeinTransport
import Testing

@testable import SkeinCore

@Suite("Several channels of one process")
struct SeveralChannelsTests {
    private let broker = MemoryBroker()
    private let store = MemoryStore()

    private struct Figure: Event {
        static let name: MessageName = "asker.counted"
        static let audience = Audience.statistics
        var value: Int
    }

    private struct Fact: Event {
        static let name: MessageName = "asker.known"
        var value: Int
    }

    private struct Ask: Query {
        typealias Answer = Answered
        static let name: MessageName = "clerk.ask"
        var value: Int
    }

    private struct Answered: Document {
        static let name: MessageName = "clerk.answered"
        var value: Int
    }

    private static func channel(
        _ name: String, over broker: MemoryBroker, as process: String? = nil
    ) -> Channel {
        let transport = broker.transport()
        return Channel(name, over: transport, as: process)
    }

    /// A process whose facts and commands leave by one channel, and whose statistics by another.
    private func asker(figures: MemoryBroker) throws -> Simulation {
        try Simulation(
            store: store,
            components: [
                Component("asker") {
                    Publishes(Fact.self)
                    Publishes(Figure.self)
                    Handle(Told.self) { _, _ in }
                }
            ],
            channels: [
                Self.channel("facts", over: broker).carrying { $0.metadata.audience != .statistics },
                Self.channel("figures", over: figures).carrying { $0.metadata.audience == .statistics }.batches(of: 2),
            ],
            remotes: [Remote("teller", via: "facts"), Remote("clerk", via: "figures")])
    }

    @Test("carry what each is for, in order and once, to one broker or two", arguments: [true, false])
    func events(isOneBroker: Bool) throws {
        let other = isOneBroker ? broker : MemoryBroker(label: "other")
        let asker = try asker(figures: other)
        func reader(_ broker: MemoryBroker) throws -> Simulation {
            try Simulation(
                store: MemoryStore(), components: [Apart.teller],
                channels: [Self.channel("any", over: broker)], remotes: [Remote("asker", via: "any")])
        }
        let readers = try (isOneBroker ? [broker] : [broker, other]).map(reader)
        for value in 1...20 {
            try asker.publish(Fact(value: value), as: "asker")
            try asker.publish(Figure(value: value), as: "asker")
        }
        asker.run(for: .hours(1))
        for reader in readers { reader.run(for: .minutes(1)) }
        #expect(try readers.flatMap { try $0.messages(of: Fact.self).map(\.value) } == Array(1...20))
        #expect(try readers.flatMap { try $0.messages(of: Figure.self).map(\.value) } == Array(1...20))
        #expect(readers.flatMap(\.runtime.channelReports).allSatisfy { $0.received.duplicates == 0 })
        let reports = asker.runtime.channelReports
        #expect(reports.map(\.sent.acknowledged) == [20, 20])
        #expect(reports.allSatisfy { $0.takingIn.reconnects == 0 && $0.takingIn.state == .connected })
    }

    @Test("take in commands and answers once, over one broker and over two that look alike", arguments: [true, false])
    func direct(isOneBroker: Bool) async throws {
        let other = isOneBroker ? broker : MemoryBroker()
        let teller = try Runtime(
            store: MemoryStore(), components: [Apart.teller], channels: [Self.channel("main", over: broker)],
            remotes: [Remote("clerk", via: "main")])
        let clerk = Component("clerk") {
            Publishes(Answered.self)
            Handle(Ask.self) { ask, context in
                try context.send(Tell(about: "a", text: "\(ask.value)"))
                try context.reply(Answered(value: ask.value))
            }
        }
        let process = try Runtime(
            store: store, components: [clerk],
            channels: [Self.channel("one", over: broker), Self.channel("two", over: other)],
            remotes: [Remote("teller", via: "one"), Remote("asker", via: "two")])
        let asker = try Runtime(
            store: MemoryStore(), components: [Component("asker") { Handle(Told.self) { _, _ in } }],
            channels: [Self.channel("a", over: broker, as: "asking"), Self.channel("b", over: other, as: "asking")],
            remotes: [Remote("teller", via: "a"), Remote("clerk", via: "b")])
        teller.start()
        process.start()
        try await asker.run { client in
            for value in 1...20 {
                let answer = try await client.ask(Ask(value: value))
                #expect(answer.value == value)
            }
        }
        while teller.counts.handled < 20 { await Task.yield() }
        await process.stop()
        await teller.stop()
        for runtime in [process, asker] {
            #expect(runtime.channelReports.allSatisfy { $0.takingIn.reconnects == 0 })
            #expect(runtime.channelReports.map(\.received.duplicates) == [0, 0])
        }
    }

    @Test("take over from each other where one has read, when their order changes")
    func order() throws {
        func process(_ channels: [String]) throws -> Simulation {
            try Simulation(
                store: store, components: [Apart.teller],
                channels: channels.map { Self.channel($0, over: broker) })
        }
        let asker = try Simulation(
            store: MemoryStore(), components: [Component("asker") { Handle(Told.self) { _, _ in } }],
            channels: [Self.channel("main", over: broker)], remotes: [Remote("teller", via: "main")])
        for text in 1...3 { try asker.send(Tell(about: "a", text: "\(text)"), as: "asker") }
        let before = try process(["one"])
        before.run(for: .minutes(1))
        for text in 4...5 { try asker.send(Tell(about: "a", text: "\(text)"), as: "asker") }
        let after = try process(["two", "one"])
        after.run(for: .minutes(1))
        #expect(try after.messages(of: Tell.self).map(\.text) == (1...5).map(String.init))
        #expect(after.runtime.channelReports.map(\.received.recorded) == [2, 0])
        #expect(after.runtime.channelReports.map(\.received.duplicates) == [0, 0])
        let reader = try store.makeReader()
        #expect(try reader.sourcePlaces(channel: "one").isEmpty)
        let again = try process(["one", "two"])
        try asker.send(Tell(about: "a", text: "6"), as: "asker")
        again.run(for: .minutes(1))
        #expect(again.runtime.channelReports.map(\.received.recorded) == [1, 0])
        #expect(again.runtime.channelReports.map(\.received.duplicates) == [0, 0])
    }

    @Test("that is no longer there still gets its answers to those who asked by it", arguments: [true, false])
    func answers(isAlone: Bool) throws {
        let clerk = Component("clerk") {
            Publishes(Answered.self)
            Handle(Ask.self) { ask, context in try context.reply(Answered(value: ask.value)) }
        }
        let other = MemoryBroker(label: "other")
        func process(_ names: [String]) throws -> Simulation {
            try Simulation(
                store: store, components: [clerk],
                channels: names.map { Self.channel($0, over: $0 == "other" ? other : broker) },
                remotes: isAlone ? [Remote("asker", via: names[0])] : [])
        }
        let asker = try Simulation(
            store: MemoryStore(), components: [Component("asker") { Handle(Told.self) { _, _ in } }],
            channels: [Self.channel("main", over: broker, as: "asking")], remotes: [Remote("clerk", via: "main")])
        let before = try process(["old"])
        broker.refuse { $0.envelope.kind == .document ? TransportError(.unauthorized, "no answers") : nil }
        try asker.begin { runtime in _ = try? await runtime.client(as: "asker").ask(Ask(value: 7)) }
        before.run(for: .minutes(1))
        #expect(before.runtime.counts.handled == 1)
        broker.refuse(nil)
        let after = try process(isAlone ? ["new"] : ["other", "new"])
        after.run(for: .minutes(5))
        asker.run(for: .minutes(5))
        #expect(try asker.messages(of: Answered.self).map(\.value) == [7])
        #expect(after.runtime.channelReports.map(\.sent.acknowledged) == (isAlone ? [1] : [0, 1]))
    }

    @Test("become one, which sends what was left of both")
    func merged() throws {
        broker.refuse { $0.envelope.name == Fact.name ? TransportError(.tooLarge, "too large") : nil }
        let before = try asker(figures: broker)
        try before.publish(Fact(value: 1), as: "asker")
        try before.publish(Figure(value: 2), as: "asker")
        let after = try Simulation(
            store: store,
            components: [
                Component("asker") {
                    Publishes(Fact.self)
                    Publishes(Figure.self)
                }
            ],
            channels: [Self.channel("figures", over: broker)],
            remotes: [Remote("teller", via: "figures"), Remote("clerk", via: "figures")])
        broker.refuse(nil)
        after.run(for: .hours(1))
        let reader = try Simulation(
            store: MemoryStore(), components: [Apart.teller], channels: [Self.channel("any", over: broker)],
            remotes: [Remote("asker", via: "any", from: .beginning)])
        reader.run(for: .minutes(1))
        #expect(try reader.messages(of: Fact.self).map(\.value) == [1])
        #expect(try reader.messages(of: Figure.self).map(\.value) == [2])
        #expect(try after.incidents().isEmpty)
    }
}
