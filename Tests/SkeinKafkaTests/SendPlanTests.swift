import Foundation
import SkeinMessages
import SkeinTransport
import Testing

@testable import SkeinKafka

@Suite("Kafka: the outcomes of a batch")
struct SendPlanTests {
    private func messages(_ subjects: String) -> [OutboundMessage] {
        subjects.enumerated().map { index, subject in
            let id = MessageID("\(index)")
            let envelope = Envelope(
                time: Timestamp(microseconds: 0),
                metadata: .init(
                    id: id, kind: .event, name: "order.placed", version: SchemaVersion(1, 0, 0), source: "order",
                    subject: String(subject)),
                context: .init(correlationID: id), payload: Payload(bytes: .init()))
            return OutboundMessage(envelope, to: .events(of: "order"))
        }
    }

    private func words(_ outcomes: [SendOutcome]) -> String {
        outcomes.map { outcome in
            switch outcome {
            case .acknowledged: "A"
            case .refused: "R"
            case .failed: "F"
            }
        }.joined()
    }

    private let error = TransportError(.tooLarge, "too large")

    @Test("every message has one outcome, whatever the order of the reports")
    func complete() {
        var plan = SendPlan(messages("abc"))
        for index in [2, 0, 0, 7] { plan.settle(index, .acknowledged) }
        #expect(plan.open == 1 && !plan.isComplete)
        plan.settle(1, .acknowledged)
        #expect(plan.isComplete && !plan.hasFailures)
        #expect(words(plan.finished()) == "AAA")
    }

    @Test("a message behind a refused one of its subject does not leave")
    func behind() {
        var plan = SendPlan(messages("aba"))
        plan.settle(0, .refused(error))
        let other = plan.admits(1)
        #expect(other)
        let leaves = plan.admits(2)
        #expect(!leaves)
        plan.settle(1, .acknowledged)
        #expect(words(plan.finished()) == "RAF")
    }

    @Test("what was acknowledged behind a failure of its subject is to be sent again, what was before it is not")
    func late() {
        var plan = SendPlan(messages("aaaab"))
        for index in [0, 1, 3, 4] { plan.settle(index, .acknowledged) }
        plan.settle(2, .failed(error))
        #expect(words(plan.finished()) == "AAFFA")
    }

    @Test("of a batch that is all or nothing, only what is refused is not sent again")
    func undone() {
        var plan = SendPlan(messages("abc"))
        plan.settle(0, .acknowledged)
        plan.settle(1, .refused(error))
        #expect(words(plan.undone()) == "FRF")
    }
}
