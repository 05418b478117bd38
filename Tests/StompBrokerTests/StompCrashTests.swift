#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinTransport
import Testing

@Suite("A STOMP broker that is killed", .fewAtATime)
struct StompCrashTests {
    @Test(
        "3, 8: has all that it acknowledged when it runs again, for readers that were off too",
        arguments: BrokerProcess.Kind.allCases)
    func durable(kind: BrokerProcess.Kind) async throws {
        let broker = try await BrokerProcess(kind)
        let scene = Scene(broker)
        await (try await scene.source()).close()
        let sender = try await scene.sender()
        #expect(
            try await sender.send(OutboundBatch((0..<30).map { try scene.message("\($0)") })).areAcknowledged)
        try await broker.kill()
        try await waitUntil("the end of the connection") {
            do {
                return try await sender.send(OutboundBatch([scene.message("lost")])).first?.failure != nil
            } catch let error as TransportError {
                return error.code == .disconnected
            }
        }
        await sender.close()
        try await broker.start()
        let next = try await scene.sender()
        #expect(
            try await next.send(OutboundBatch([scene.message("30", name: "never.before")])).areAcknowledged
        )
        let source = try await scene.source()
        let received = try await source.take(31)
        #expect(received.map(\.id) == (0...30).map(String.init))
        await next.close()
        await source.close()
        try await broker.kill()
    }

    @Test(
        "8, 9: knows a reader for which nothing was ever sent when it runs again",
        arguments: BrokerProcess.Kind.allCases)
    func newReader(kind: BrokerProcess.Kind) async throws {
        let broker = try await BrokerProcess(kind)
        let scene = Scene(broker)
        await (try await scene.source()).close()
        try await broker.kill()
        try await broker.start()
        let sender = try await scene.sender()
        #expect(try await sender.send(OutboundBatch([scene.message("1")])).areAcknowledged)
        await sender.close()
        let source = try await scene.source()
        #expect(try await source.take(1).map(\.id) == ["1"])
        await source.close()
        try await broker.kill()
    }

    @Test(
        "1, 8: gives out what went into a dead connection before what came later",
        arguments: BrokerProcess.Kind.allCases)
    func silent(kind: BrokerProcess.Kind) async throws {
        var scene = try await Scene(kind)
        let proxy = try SilentProxy(to: scene.broker.ports.stomp)
        let sender = try await scene.sender()
        scene.port = proxy.port
        let source = try await scene.source { $0.heartBeat = .seconds(1) }
        proxy.silence()
        let early = try (1...2).map { try scene.message("\($0)") }
        #expect(try await sender.send(OutboundBatch(early)).areAcknowledged)
        let error = await #expect(throws: TransportError.self) { _ = try await source.receive(limit: 1) }
        #expect(error?.code == .disconnected)
        await source.close()
        #expect(try await sender.send(OutboundBatch([scene.message("3")])).areAcknowledged)
        let next = try await scene.source()
        #expect(try await next.take(3).map(\.id) == ["1", "2", "3"])
        await sender.close()
        await next.close()
    }

    @Test("16: ends a receive that waits with 'disconnected'", arguments: BrokerProcess.Kind.allCases)
    func receiving(kind: BrokerProcess.Kind) async throws {
        let broker = try await BrokerProcess(kind)
        let source = try await Scene(broker).source()
        let waiting = Task { try await source.receive(limit: 1) }
        try await broker.kill()
        let error = await #expect(throws: TransportError.self) { try await waiting.value }
        #expect(error?.code == .disconnected)
        await source.close()
    }

    @Test("3: keeps a transaction as a whole or not at all")
    func transactions() async throws {
        let broker = try await BrokerProcess(.activeMQ)
        let scene = Scene(broker)
        await (try await scene.source()).close()
        let sender = try await scene.sender()
        let sending = Task { () -> Int in
            var acknowledged = 0
            while true {
                let messages = try (0..<50).map { try scene.message("\(acknowledged * 50 + $0)") }
                guard let outcomes = try? await sender.send(OutboundBatch(messages)),
                    outcomes.areAcknowledged
                else { return acknowledged }
                acknowledged += 1
                if acknowledged == 5 { try await broker.kill() }
            }
        }
        let acknowledged = try await sending.value
        await sender.close()
        try await broker.start()
        let next = try await scene.sender()
        _ = try await next.send(OutboundBatch([scene.message("last")]))
        let source = try await scene.source()
        var ids: [String] = []
        while ids.last != "last" { ids += try await source.take(1).map(\.id) }
        #expect(ids.count - 1 >= acknowledged * 50)
        #expect((ids.count - 1) % 50 == 0)
        #expect(ids.dropLast().map { $0 } == (0..<(ids.count - 1)).map(String.init))
        await next.close()
        await source.close()
        try await broker.kill()
    }
}
#endif
