import Foundation
import SkeinTransport
import Testing

@testable import SkeinActiveMQ

@Suite("A batch for a STOMP broker")
struct StompBatchTests {
    private let broken = TransportError(.disconnected, "gone")

    private func batch(_ subjects: [String], bodies: [Int: Int] = [:]) -> StompBatch {
        let messages = subjects.enumerated().map { index, subject in
            StompSamples.message("m\(index)", subject: subject, body: Data(repeating: 1, count: bodies[index] ?? 1))
        }
        return StompBatch(messages, to: .activeMQ, maximumSize: 100)
    }

    private func words(_ batch: StompBatch) -> [String] {
        batch.results(otherwise: broken).map { outcome in
            switch outcome {
            case .acknowledged: "acknowledged"
            case .refused(let error): "refused \(error.code)"
            case .failed(let error): "failed \(error.code)"
            }
        }
    }

    @Test("fails what has no outcome with the reason")
    func unknown() {
        var batch = batch(["a", "b"])
        #expect(batch.open.map(\.index) == [0, 1])
        batch.acknowledge(0)
        #expect(words(batch) == ["acknowledged", "failed disconnected"])
        #expect(!batch.isOver)
    }

    @Test("refuses a message that is too large, and withholds those behind it with its key")
    func tooLarge() {
        let batch = batch(["a", "b", "a", "b"], bodies: [0: 101])
        #expect(batch.open.map(\.index) == [1, 3])
        #expect(words(batch)[0] == "refused tooLarge")
        #expect(words(batch)[2] == "failed broker")
    }

    @Test("counts no message as acknowledged behind one with its key that failed")
    func order() {
        var batch = batch(["a", "b", "a"])
        batch.acknowledge(2)
        batch.acknowledge(1)
        batch.fail(0, .failed(broken))
        #expect(words(batch) == ["failed disconnected", "acknowledged", "failed broker"])
        #expect(batch.isOver)
    }
}
