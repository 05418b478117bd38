#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinCore
import SkeinMessages
import SkeinTesting
import Synchronization
import Testing

@Suite("A message of 100 MB", .fewAtATime)
struct HugeMessageTests {
    private struct Work: Command {
        static let name: MessageName = "hugeworker.work"
        var number: Int
    }

    @Test("from another program is an incident, and those before and behind it are handled")
    func incident() async throws {
        let broker = try await BrokerProcess(.activeMQ, takesHugeMessages: true)
        let name = "hugeworker"
        let done = Mutex<[Int]>([])
        let worker = Component(name) {
            Handle(Work.self) { work, _ in done.withLock { $0.append(work.number) } }
        }
        let configuration = StompConfiguration(credentials: Scene.credentials)
        let transport = ActiveMQTransport("localhost:\(broker.ports.stomp)", configuration: configuration)
        let store = MemoryStore()
        let runtime = try Runtime(
            store: store, components: [worker], channels: [Channel("shop", over: transport)])
        runtime.start()
        try await waitUntil("the worker, connected") { runtime.channelReports.first?.takingIn.state == .connected }
        let program = try PlainStomp(port: broker.ports.stomp)
        func send(_ id: String, _ body: String) throws {
            try program.exchange(
                """
                SEND
                destination:/queue/\(name).commands
                content-type:application/json
                content-length:\(body.utf8.count)
                ce_specversion:1.0
                ce_id:\(id)
                ce_source:program
                ce_type:hugeworker.work
                receipt:\(id)


                """ + body + "\0", until: "receipt-id:\(id)")
        }
        try send("first-\(name)", #"{"number":1}"#)
        try send("huge-\(name)", String(repeating: "x", count: 100_000_000))
        try send("last-\(name)", #"{"number":2}"#)
        try await waitUntil("the messages around the huge one") { done.withLock { $0 } == [1, 2] }
        try await waitUntil("the incident") { try store.makeReader().openIncidents(after: 0, limit: 9).count == 1 }
        let incident = try #require(try store.makeReader().openIncidents(after: 0, limit: 9).first)
        #expect(
            incident.error.contains("'hugeworker.work' has a payload of 100000000 bytes; at most"), "\(incident.error)")
        await runtime.stop()
        try await broker.kill()
    }
}
#endif
