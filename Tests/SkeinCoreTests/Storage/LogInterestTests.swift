import SkeinStorage
import Foundation
import Testing

@testable import SkeinCore

@Suite("Which messages wake an engine")
struct LogInterestTests {
    private func record(_ name: MessageName) -> LogRecord {
        let id = MessageID("1")
        let metadata = Envelope.Metadata(
            id: id, kind: .event, name: name, version: "1.0.0", source: "shop", subject: "k")
        return LogRecord(
            position: 1,
            envelope: Envelope(
                time: .epoch, metadata: metadata, context: .init(correlationID: id), payload: Payload(bytes: Data())))
    }

    @Test("its own types wake it, others do not")
    func ownTypes() {
        let interest = LogInterest(["shop.sold"])
        #expect(interest.wakes(for: [record("shop.opened"), record("shop.sold")]))
        #expect(!interest.wakes(for: [record("shop.opened")]))
        interest.add("shop.opened")
        #expect(interest.wakes(for: [record("shop.opened")]))
    }

    @Test("many messages of no interest wake it too, so that its place moves on")
    func stride() {
        let interest = LogInterest(["shop.sold"])
        let woken = (1...LogInterest.stride * 2).filter { _ in interest.wakes(for: [record("shop.opened")]) }
        #expect(woken == [LogInterest.stride, LogInterest.stride * 2])
    }

    @Test("a condition on the envelope wakes it")
    func condition() {
        let interest = LogInterest { $0.metadata.name == "shop.closed" }
        #expect(interest.wakes(for: [record("shop.closed")]))
        #expect(!interest.wakes(for: [record("shop.sold")]))
    }
}
