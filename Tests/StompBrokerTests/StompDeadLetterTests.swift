#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinTransport
import Testing

/// The queue of dead letters is one for the whole broker, so a test looks for its own messages, or has a broker.
@Suite("Dead letters of ActiveMQ", .fewAtATime)
struct StompDeadLetterTests {
    private func mine(_ letters: [StompDeadLetter], _ scene: Scene) -> [StompDeadLetter] {
        letters.filter { $0.origin == "/queue/\(scene.component).commands" }
    }

    @Test("are listed with their origin, and stay where they are")
    func list() async throws {
        let scene = try await Scene(.activeMQ)
        try await scene.reject(3)
        let letters = scene.transport().deadLetters()
        for _ in 0..<2 {
            let found = mine(try await letters.list(), scene)
            #expect(found.count == 3)
            guard case .envelope(let envelope)? = found.first?.content else {
                Issue.record("\(found)")
                return
            }
            let sent = try scene.message("\(scene.component)-0")
            #expect(envelope == sent.envelope)
        }
        #expect(try await letters.list(limit: 1).count == 1)
    }

    @Test("are sent back by their ids, once")
    func sendBack() async throws {
        let scene = try await Scene(.activeMQ)
        try await scene.reject(2)
        let letters = scene.transport().deadLetters()
        let second = try #require(mine(try await letters.list(), scene).last)
        #expect(try await letters.sendBack(id: second.id))
        #expect(try await letters.sendBack(id: second.id) == false)
        #expect(try await letters.sendBack(id: "ID:it's-not-there") == false)
        let source = try await scene.source([scene.commands])
        let sent = try scene.message("\(scene.component)-1")
        #expect(try await source.take(1).first?.envelope == sent.envelope)
        #expect(mine(try await letters.list(), scene).count == 1)
        await source.close()
    }

    @Test("are sent back all at once")
    func sendBackAll() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        try await scene.reject(10)
        let letters = scene.transport().deadLetters()
        let listed = try await letters.list().map(\.id)
        let result = try await letters.sendBackAll()
        #expect(result.sentBack == listed && listed.count == 10 && result.listed == 10)
        #expect(try await letters.list().isEmpty)
        #expect(try await letters.sendBackAll() == StompSendBack())
        let source = try await scene.source([scene.commands])
        #expect(try await source.take(10).map(\.id) == (0..<10).map { "\(scene.component)-\($0)" })
        await source.close()
        try await scene.broker.kill()
    }

    @Test("survive the death of the broker also when they have been sent back")
    func persistent() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        try await scene.reject(3)
        #expect(try await scene.transport().deadLetters().sendBackAll().sentBack.count == 3)
        try await scene.broker.kill()
        try await scene.broker.start()
        let source = try await scene.source([scene.commands])
        #expect(try await source.take(3).map(\.id) == (0..<3).map { "\(scene.component)-\($0)" })
        await source.close()
        try await scene.broker.kill()
    }

    @Test("are sent back once by two that do so at once, and each says what the other one has taken")
    func together() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        let count = 100
        try await scene.reject(count) { "\($0 % 10)" }
        let letters = scene.transport { $0.connectTimeout = .seconds(5) }.deadLetters()
        let listed = try await letters.list().map(\.id)
        async let first = letters.sendBackAll()
        async let second = letters.sendBackAll()
        let results = [try await first, try await second]
        #expect(results.flatMap(\.sentBack).sorted() == listed.sorted(), "each letter by one of them")
        #expect(Set(results[0].gone).isSubset(of: results[1].sentBack))
        #expect(Set(results[1].gone).isSubset(of: results[0].sentBack))
        let source = try await scene.source([scene.commands])
        #expect(Set(try await source.take(count).map(\.id)) == Set((0..<count).map { "\(scene.component)-\($0)" }))
        await source.close()
        try await scene.broker.kill()
    }

    @Test("that somebody else holds are named, and nobody waits for them")
    func held() async throws {
        let scene = Scene(try await BrokerProcess(.activeMQ))
        // ActiveMQ gives all messages of a subject to one consumer.
        try await scene.reject(3) { "\($0)" }
        let stranger = try PlainStomp(port: scene.broker.ports.stomp)
        stranger.write(
            "SUBSCRIBE\nid:1\ndestination:/queue/ActiveMQ.DLQ\nack:client-individual\nactivemq.prefetchSize:1\n\n\0")
        try stranger.read(until: "\nmessage-id:")
        let held = try stranger.line().replacing("\\c", with: ":")
        let letters = scene.transport { $0.connectTimeout = .seconds(5) }.deadLetters()
        let result = try await letters.sendBackAll()
        #expect(result.sentBack.count == 2)
        #expect(result.gone == [held])
        #expect(try await letters.sendBack(id: held) == false)
        try stranger.exchange("DISCONNECT\nreceipt:bye\n\n\0", until: "receipt-id:bye")
        #expect(try await letters.sendBack(id: held))
        try await scene.broker.kill()
    }

    @Test("are no matter of RabbitMQ")
    func rabbitMQ() async throws {
        let scene = try await Scene(.rabbitMQ)
        let error = await #expect(throws: TransportError.self) { try await scene.transport().deadLetters().list() }
        #expect(error?.code == .unsupported)
    }
}

extension Scene {
    /// Puts messages of a reader into the queue, the way in which a foreign consumer would.
    func reject(_ count: Int, _ subject: (Int) -> String = { _ in "k" }) async throws {
        let sender = try await sender()
        _ = try await sender.send(
            OutboundBatch((0..<count).map { try message("\(component)-\($0)", subject($0), to: commands) }))
        await sender.close()
        let stranger = try PlainStomp(port: broker.ports.stomp)
        stranger.write(
            "SUBSCRIBE\nid:1\ndestination:/queue/\(component).commands\nack:client-individual\n"
                + "activemq.prefetchSize:100\n\n\0")
        for _ in 0..<count {
            try stranger.read(until: "\nack:")
            let id = try stranger.line()
            stranger.write("NACK\nid:\(id)\n\n\0")
        }
        try stranger.exchange("DISCONNECT\nreceipt:bye\n\n\0", until: "receipt-id:bye")
    }
}
#endif
