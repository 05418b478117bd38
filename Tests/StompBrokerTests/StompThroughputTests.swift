#if ActiveMQ
import ChildPrograms
import Foundation
import SkeinActiveMQ
import SkeinTransport
import Testing

/// Measures when `SKEIN_MEASURE` is set; the numbers are for people, since they depend on the machine.
@Suite(
    "The throughput over STOMP", .fewAtATime, .enabled(if: ProcessInfo.processInfo.environment["SKEIN_MEASURE"] != nil))
struct StompThroughputTests {
    private let batches = 20
    private let size = 500

    @Test(
        "beside a bare client that asks for a receipt for each message, or for one for each transaction",
        arguments: BrokerProcess.Kind.allCases)
    func measure(kind: BrokerProcess.Kind) async throws {
        let scene = try await Scene(kind)
        await (try await scene.source()).close()
        let sender = try await scene.sender()
        let messages = try (0..<size).map { try scene.message("\($0)", "k\($0 % 50)", body: Data(count: 200)) }
        let adapter = try await ContinuousClock().measure {
            for _ in 0..<batches {
                let outcomes = try await sender.send(OutboundBatch(messages))
                #expect(outcomes.areAcknowledged)
            }
        }
        await sender.close()
        let target = kind == .activeMQ ? "/queue/bare" : "/topic/\(scene.component).bare"
        let receipts = try bare(scene) { index in
            Self.send(to: target, "receipt:m\(index)\n")
        } until: {
            "receipt-id:m\($0 - 1)\n"
        }
        let transactions = try bare(scene) { index in
            let begin = index % size == 0 ? "BEGIN\ntransaction:t\(index / size)\n\n\0" : ""
            let isLast = index % size == size - 1
            let commit = isLast ? "COMMIT\ntransaction:t\(index / size)\nreceipt:c\(index)\n\n\0" : ""
            return begin + Self.send(to: target, "transaction:t\(index / size)\n") + commit
        } until: {
            "receipt-id:c\($0 - 1)\n"
        }
        let count = batches * size
        func rate(_ duration: Duration) -> Int { Int(Double(count) / (duration / .seconds(1))) }
        print("\(kind): \(rate(adapter)) messages a second; bare, with receipts: \(rate(receipts)); ", terminator: "")
        print("bare, in transactions: \(rate(transactions))")
    }

    private static func send(to target: String, _ headers: String) -> String {
        "SEND\ndestination:\(target)\npersistent:true\n\(headers)content-length:200\n\n"
            + String(repeating: "x", count: 200) + "\0"
    }

    /// Sends the same number of messages in the same batches, each written at once and waited for.
    private func bare(
        _ scene: Scene, _ frame: (Int) -> String, until: (Int) -> String
    ) throws -> Duration {
        let client = try PlainStomp(port: scene.broker.ports.stomp)
        return try ContinuousClock().measure {
            for batch in 0..<batches {
                let indices = (batch * size)..<((batch + 1) * size)
                try client.exchange(indices.map(frame).joined(), until: until(indices.upperBound))
            }
        }
    }
}
#endif
