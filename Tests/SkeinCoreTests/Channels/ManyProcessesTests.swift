import SkeinActions
import SkeinCore
import SkeinTesting
import SkeinTransport
import Testing

@Suite("The page \"One process, many processes\"")
struct ManyProcessesTests {
    private let order = Component("order") { Publishes(Told2.self) }
    private let payment = Component("payment") { Handle(Told2.self) { _, _ in } }

    private struct Told2: Event {
        static let name: MessageName = "order.told"
    }

    @Test("shows two runtimes that talk over a broker")
    func runtimes() async throws {
        let broker = MemoryBroker()
        let orderProcess = try Runtime(
            store: MemoryStore(), components: [order], channels: [Channel("shop", over: broker.transport())],
            remotes: [Remote("payment", via: "shop")])
        let paymentProcess = try Runtime(
            store: MemoryStore(), components: [payment], channels: [Channel("shop", over: broker.transport())],
            remotes: [Remote("order", via: "shop")])
        paymentProcess.start()
        try await orderProcess.run { client in
            // The reader must be there before what it is to read.
            while broker.places(of: "payment", in: .events(of: "order")).isEmpty { await Task.yield() }
            try await client.publish(Told2())
        }
        while paymentProcess.counts.handled == 0 { await Task.yield() }
        await paymentProcess.stop()
        #expect(paymentProcess.counts.handled == 1)
    }

    @Test("shows them under simulation")
    func simulation() throws {
        let broker = MemoryBroker()
        let shop = try SimulatedProcesses(broker: broker, of: [[order], [payment]])
        broker.suffer(.stormy, seed: 4711)
        shop.kills = 0.001
        try shop.publish(Told2(), as: "order")
        broker.calm()
        shop.run(for: .minutes(5))
        #expect(try shop.process(of: "payment").messages(of: Told2.self).count == 1)
    }
}
