#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinMessages
import SkeinTransport
import Testing

/// The numbers are those of the contract of `Transport`.
@Suite("The contract of transports over STOMP", .fewAtATime)
struct StompContractTests {
    @Test("1, 4: messages of every destination come back equal", arguments: BrokerProcess.Kind.allCases)
    func exact(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let destinations = [scene.events, scene.commands, .replies(to: scene.reader)]
        let source = try await scene.source(destinations)
        let sender = try await scene.sender()
        var messages: [OutboundMessage] = []
        for (index, destination) in destinations.enumerated() {
            var message = try scene.message("id:\(index)", " Größe: \\ \(index) ", to: destination)
            message.envelope.payload = Payload(contentType: "application/x-bytes", bytes: Data([0, 10, 13, 255]))
            message.envelope.context.user = "anna"
            message.envelope.context.causationID = MessageID("cause")
            message.envelope.context.assets = [.url("https://example.org/a:b", type: "image/png")]
            message.envelope.context.extensions = ["flag": .boolean(true), "empty": .string("")]
            message.replyTo = index == 1 ? scene.reader : nil
            message.isRepeated = index == 2
            messages.append(message)
        }
        messages.append(try scene.message("empty", body: Data()))
        let outcomes = try await sender.send(OutboundBatch(messages))
        #expect(outcomes.count == 4 && outcomes.areAcknowledged)
        let received = try await source.take(4)
        for message in messages {
            let twin = received.first { $0.envelope?.id == message.envelope.id }
            #expect(twin?.envelope == message.envelope)
            #expect(twin?.destination == message.destination)
            #expect(twin?.replyTo == message.replyTo)
            #expect(twin?.isRepeated == message.isRepeated)
        }
        await sender.close()
        await source.close()
    }

    @Test(
        "2: messages of a key stay in order over batches and over the names of a component",
        arguments: BrokerProcess.Kind.allCases)
    func order(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source()
        let sender = try await scene.sender()
        for batch in 0..<10 {
            let messages = try (0..<40).map { index in
                try scene.message(
                    "\(batch * 40 + index)", "k\(index % 3)", name: ["received", "failed", "deep.name"][index % 5 % 3])
            }
            #expect(try await sender.send(OutboundBatch(messages)).areAcknowledged)
        }
        let received = try await source.take(400)
        for key in 0..<3 {
            let numbers = received.filter { $0.envelope?.subject == "k\(key)" }.compactMap { Int($0.id) }
            #expect(numbers == numbers.sorted() && numbers.count >= 130)
        }
        await sender.close()
        await source.close()
    }

    @Test("3: every way of acknowledging sends", arguments: BrokerProcess.Kind.allCases, Acknowledgement.allCases)
    func acknowledgement(kind: BrokerProcess.Kind, acknowledgement: Acknowledgement) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source()
        let sender = try await scene.sender(acknowledgement)
        #expect(try await sender.send(OutboundBatch([])).isEmpty)
        #expect(try await sender.send(OutboundBatch([scene.message("1")])).areAcknowledged)
        #expect(
            try await sender.send(OutboundBatch([scene.message("2"), scene.message("3")])).areAcknowledged)
        #expect(try await source.take(3).map(\.id) == ["1", "2", "3"])
        await sender.close()
        await source.close()
    }

    @Test(
        "5: a message that is too large is refused, those of its key behind it wait, and others go on",
        arguments: BrokerProcess.Kind.allCases)
    func tooLarge(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source()
        let sender = try await scene.sender { $0.maximumMessageSize = 10_000 }
        let outcomes = try await sender.send(
            OutboundBatch([
                scene.message("1", "a"), scene.message("2", "b", body: Data(repeating: 1, count: 10_001)),
                scene.message("3", "b"), scene.message("4", "a"),
            ]))
        #expect(outcomes.map(\.isAcknowledged) == [true, false, false, true])
        #expect(outcomes[1].refusal?.code == .tooLarge)
        #expect(outcomes[2].failure != nil)
        #expect(try await source.take(2).map(\.id) == ["1", "4"])
        await sender.close()
        await source.close()
    }

    @Test(
        "5: a message without the right to its destination is refused, and those of other keys go on",
        arguments: BrokerProcess.Kind.allCases)
    func unauthorized(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let rule = StompDestinations(
            target: { destination, name in
                let isOpen = if case .commands = destination { true } else { false }
                return isOpen ? "/queue/open." + scene.component : StompDestinations.activeMQ.target(destination, name)
            },
            source: { _, _ in StompDestinations.Source("/queue/open." + scene.component) })
        func asPoor(_ configuration: inout StompConfiguration) {
            configuration.credentials = StompConfiguration.Credentials(user: "poor", password: "secret")
            configuration.destinations = rule
        }
        let source = try await scene.source([scene.commands], asPoor)
        let sender = try await scene.sender { asPoor(&$0) }
        let outcomes = try await sender.send(
            OutboundBatch([
                scene.message("1", "a", to: scene.commands), scene.message("2", "a", to: .replies(to: scene.reader)),
                scene.message("3", "a", to: .replies(to: scene.reader)), scene.message("4", "a", to: scene.commands),
            ]))
        #expect(outcomes.map(\.isAcknowledged) == [true, false, false, true])
        #expect(outcomes[1].refusal?.code == .unauthorized)
        #expect(outcomes[2].failure != nil)
        // RabbitMQ may have stored what it had no time to confirm.
        var received: [String] = []
        while received.last != "4" { received += try await source.take(1).map(\.id) }
        #expect(Set(received) == ["1", "4"] && received.first == "1")
        // The sender goes on.
        #expect(
            try await sender.send(OutboundBatch([scene.message("5", "a", to: scene.commands)])).areAcknowledged)
        await sender.close()
        await source.close()
    }

    @Test(
        "8: what was not acknowledged comes again to the next source, marked as repeated",
        arguments: BrokerProcess.Kind.allCases)
    func again(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let first = try await scene.source()
        let sender = try await scene.sender()
        _ = try await sender.send(OutboundBatch((0..<4).map { try scene.message("\($0)") }))
        let received = try await first.receive(exactly: 3)
        try await first.acknowledge([received[1]])
        await first.close()
        await first.close()
        let second = try await scene.source()
        let rest = try await second.take(3)
        #expect(rest.map(\.id) == ["0", "2", "3"])
        #expect(rest[0].isRepeated && rest[1].isRepeated)
        await second.close()
        await sender.close()
    }

    @Test(
        "9: every reader gets all events, also what came while it was off, in order",
        arguments: BrokerProcess.Kind.allCases)
    func readers(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        for reader in ["first", "second"] { await (try await scene.source(reader: scene.reader + reader)).close() }
        let sender = try await scene.sender()
        let names = ["received", "failed"]
        _ = try await sender.send(
            OutboundBatch((0..<50).map { try scene.message("\($0)", name: names[$0 % 2]) }))
        for reader in ["first", "second"] {
            let source = try await scene.source(reader: scene.reader + reader)
            #expect(try await source.take(50).map(\.id) == (0..<50).map(String.init))
            await source.close()
        }
        await sender.close()
    }

    @Test("9: two sources of one reader share, each key in order at one of them")
    func shared() async throws {
        let scene = try await Scene(.activeMQ)
        let sources = [
            try await scene.source(sharing: .group(member: "a")) { $0.broker = .activeMQ },
            try await scene.source(sharing: .group(member: "b")) { $0.broker = .activeMQ },
        ]
        let sender = try await scene.sender()
        _ = try await sender.send(OutboundBatch((0..<200).map { try scene.message("\($0)", "k\($0 % 20)") }))
        let all = Collected()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, source) in sources.enumerated() {
                group.addTask {
                    while true {
                        let messages = try await source.receive(limit: 10)
                        try await source.acknowledge(messages)
                        all.add(messages, to: index)
                    }
                }
            }
            try await waitUntil("all messages") { all.count >= 200 }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        for key in 0..<20 {
            let owners = [0, 1].filter { !all.numbers(of: "k\(key)", at: $0).isEmpty }
            #expect(owners.count == 1)
            let numbers = all.numbers(of: "k\(key)", at: owners.first ?? 0)
            #expect(numbers == numbers.sorted() && numbers.count == 10)
        }
        for source in sources { await source.close() }
        await sender.close()
    }

    @Test("10: a source holds no more than its window", arguments: BrokerProcess.Kind.allCases)
    func window(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source([scene.events, scene.commands], window: 5)
        let sender = try await scene.sender()
        _ = try await sender.send(
            OutboundBatch(
                (0..<20).map { try scene.message("\($0)", to: $0 % 2 == 0 ? scene.events : scene.commands) }))
        var inHand: [InboundMessage] = []
        while inHand.count < 4 {
            let next = try await source.receive(limit: 2)
            #expect((1...2).contains(next.count))
            inHand += next
        }
        var seen = Set(inHand.map(\.id))
        while seen.count < 20 {
            #expect(inHand.count <= 5)
            try await source.acknowledge([inHand.removeFirst()])
            let next = try await source.receive(limit: 5)
            inHand += next
            seen.formUnion(next.map(\.id))
        }
        #expect(inHand.count <= 5)
        await source.close()
        await sender.close()
    }

    @Test("11: what nobody can read comes too, and what is behind it", arguments: BrokerProcess.Kind.allCases)
    func unreadable(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source([scene.commands])
        let stranger = try PlainStomp(port: scene.broker.ports.stomp)
        try stranger.exchange(
            "SEND\ndestination:/queue/\(scene.component).commands\nodd:1\nreceipt:1\n\nno event\0", until: "RECEIPT")
        let sender = try await scene.sender()
        _ = try await sender.send(OutboundBatch([scene.message("1", to: scene.commands)]))
        let received = try await source.take(2)
        guard case .unreadable(let message) = received[0].content else {
            Issue.record("\(received[0])")
            return
        }
        #expect(message.body == Data("no event".utf8))
        #expect(message.headers["odd"] == "1")
        #expect(message.reason.contains("specversion"))
        #expect(received[1].id == "1")
        await source.close()
        await sender.close()
    }

    @Test(
        "14: a receive that waits ends with 'closed', and one that is cancelled loses nothing",
        arguments: BrokerProcess.Kind.allCases)
    func closing(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source()
        let waiting = Task { try await source.receive(limit: 1) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        let sender = try await scene.sender()
        _ = try await sender.send(OutboundBatch([scene.message("1")]))
        #expect(try await source.take(1).map(\.id) == ["1"])
        let second = Task { try await source.receive(limit: 1) }
        await source.close()
        let error = await #expect(throws: TransportError.self) { try await second.value }
        #expect(error?.code == .closed)
        await sender.close()
        let late = await #expect(throws: TransportError.self) {
            try await sender.send(OutboundBatch([scene.message("2")]))
        }
        #expect(late?.code == .closed)
    }

    @Test("handed back messages come again, and no other is lost", arguments: BrokerProcess.Kind.allCases)
    func release(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source()
        let sender = try await scene.sender()
        _ = try await sender.send(OutboundBatch((0..<4).map { try scene.message("\($0)", "k\($0)") }))
        let received = try await source.receive(exactly: 2)
        try await source.release([received[0]])
        try await source.acknowledge([received[1]])
        var seen: Set<String> = []
        while seen.intersection(["0", "2", "3"]).count < 3 { seen.formUnion(try await source.take(1).map(\.id)) }
        await source.close()
        await sender.close()
    }

    @Test("15: what a broker cannot do is refused with the way out")
    func unsupported() async throws {
        let scene = try await Scene(.rabbitMQ)
        func code(_ body: () async throws -> Void) async -> TransportError.Code? {
            let error = await #expect(throws: TransportError.self) { try await body() }
            return error?.code
        }
        for broker in [nil, StompConfiguration.Broker.rabbitMQ] {
            #expect(
                await code { _ = try await scene.source(sharing: .group(member: "a")) { $0.broker = broker } }
                    == .unsupported)
        }
        #expect(
            await code { _ = try await scene.source { $0.selectors = [scene.events: "ce_type = 'x'"] } } == .unsupported
        )
        let request = SenderRequest(channel: "c", process: "p", transactionalID: "t")
        #expect(await code { _ = try await scene.transport().openSender(request) } == .unsupported)
        let past = SourceRequest(
            channel: "c", process: "p", subscriptions: [SourceSubscription(scene.events, from: .beginning)])
        #expect(await code { _ = try await scene.transport().openSource(past) } == .unsupported)
        let sender = try await scene.sender()
        #expect(
            await code { _ = try await sender.send(OutboundBatch([scene.message("1")], place: "5")) } == .unsupported)
        #expect(try await sender.committedPlace() == nil)
        await sender.close()
    }

    @Test("the catalogue reaches all who are connected", arguments: BrokerProcess.Kind.allCases)
    func catalogue(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        let source = try await scene.source([.catalogue])
        let sender = try await scene.sender()
        let message = try scene.message(scene.component, to: .catalogue)
        #expect(try await sender.send(OutboundBatch([message])).areAcknowledged)
        var received: [InboundMessage] = []
        while received.last?.id != scene.component { received += try await source.take(1) }
        #expect(received.last?.envelope == message.envelope)
        await source.close()
        await sender.close()
    }

    @Test("a selector takes the messages that it names")
    func selector() async throws {
        let scene = try await Scene(.activeMQ)
        let source = try await scene.source {
            $0.selectors = [scene.events: "ce_type = '\(scene.component).failed'"]
        }
        let sender = try await scene.sender()
        let names = ["received", "failed"]
        _ = try await sender.send(OutboundBatch((0..<6).map { try scene.message("\($0)", name: names[$0 % 2]) }))
        #expect(try await source.take(3).map(\.id) == ["1", "3", "5"])
        await source.close()
        await sender.close()
    }
}
#endif
