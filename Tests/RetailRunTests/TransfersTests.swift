import SkeinCore
import Testing

@testable import RetailRun

/// Logs of three parts between which everything has arrived.
enum SampleTransfers {
    typealias Message = PartLog.Message

    static func message(
        _ position: Int64, _ id: String, _ kind: MessageKind, _ type: String, by source: String, about subject: String,
        to recipient: String? = nil, replyTo: String? = nil, own: Bool
    ) -> Message {
        Message(
            position: position, id: id, kind: kind, type: type, source: source, subject: subject,
            recipient: recipient, replyTo: replyTo, digest: 1, isOwn: own)
    }

    /// An event, a command and its event, and a question with its answer; two events about one subject.
    static var parts: [PartLog] {
        [
            PartLog(
                name: "order", components: ["order"],
                messages: [
                    message(1, "a", .event, "order.placed", by: "order", about: "1", own: true),
                    message(2, "b", .command, "card.charge", by: "order", about: "1", own: true),
                    message(3, "c", .query, "card.state", by: "order", about: "1", own: true),
                    message(4, "d", .event, "card.charged", by: "card", about: "1", own: false),
                    message(5, "e", .document, "card.stateAnswer", by: "card", about: "1", replyTo: nil, own: false),
                    message(6, "f", .event, "card.closed", by: "card", about: "1", own: false),
                ]),
            PartLog(
                name: "card", components: ["card"],
                messages: [
                    message(1, "b", .command, "card.charge", by: "order", about: "1", own: false),
                    message(2, "a", .event, "order.placed", by: "order", about: "1", own: false),
                    message(3, "d", .event, "card.charged", by: "card", about: "1", own: true),
                    message(4, "c", .query, "card.state", by: "order", about: "1", replyTo: "order", own: false),
                    message(5, "e", .document, "card.stateAnswer", by: "card", about: "1", replyTo: "order", own: true),
                    message(6, "f", .event, "card.closed", by: "card", about: "1", own: true),
                ]),
            PartLog(
                name: "back-office", components: ["shipping", "customers"],
                messages: [
                    message(1, "d", .event, "card.charged", by: "card", about: "1", own: false),
                    message(2, "a", .event, "order.placed", by: "order", about: "1", own: false),
                    message(3, "f", .event, "card.closed", by: "card", about: "1", own: false),
                ]),
        ]
    }
}

@Suite("What went from part to part")
struct TransfersTests {
    private typealias Promise = BrokenPromise.Promise
    private typealias Sample = SampleTransfers

    /// The sample with the messages of a part changed.
    private func parts(_ name: String, _ edit: (inout [PartLog.Message]) -> Void) -> [PartLog] {
        Sample.parts.map { part in
            var part = part
            if part.name == name { edit(&part.messages) }
            return part
        }
    }

    private func broken(_ parts: [PartLog], isAtRest: Bool = true) -> [Promise] {
        Transfers(parts).broken(isAtRest: isAtRest).map(\.promise)
    }

    @Test("keeps every promise where each message is recorded by those that it was written for")
    func kept() {
        #expect(broken(Sample.parts) == [] && Transfers(Sample.parts).missing == [])
        #expect(Transfers(Sample.parts).count == 9)
    }

    @Test("misses an event at each part that lacks it, and a command, a question and an answer at their receiver alone")
    func missing() {
        func missing(_ id: String, at name: String) -> [String] {
            Transfers(parts(name) { $0.removeAll { $0.id == id } }).missing.map { "\($0.writer) \($0.receiver)" }
        }
        #expect(missing("a", at: "back-office") == ["order back-office"])
        #expect(missing("d", at: "order") == ["card order"])
        #expect(missing("b", at: "card") == ["order card"])
        #expect(missing("c", at: "card") == ["order card"])
        #expect(missing("e", at: "order") == ["card order"])
    }

    @Test("finds what nobody has written, unless a writer may be ahead of what was read of it")
    func unwritten() {
        let stray = Sample.message(9, "z", .event, "card.charged", by: "card", about: "2", own: false)
        let parts = parts("order") { $0.append(stray) }
        #expect(broken(parts) == [.asWritten])
        #expect(broken(parts, isAtRest: false) == [])
        let stranger = Sample.message(9, "z", .event, "bank.paid", by: "bank", about: "2", own: false)
        #expect(broken(self.parts("order") { $0.append(stranger) }) == [.asWritten])
    }

    @Test("finds what was recorded otherwise than it was written")
    func altered() {
        #expect(broken(parts("order") { $0[3].digest = 2 }) == [.asWritten])
        #expect(broken(parts("order") { $0[3].type = "card.failed" }, isAtRest: false) == [.asWritten])
    }

    @Test("finds messages of one subject that were recorded in another order than they were written in")
    func disorder() {
        let swapped = parts("back-office") { messages in
            messages.swapAt(0, 2)
        }
        #expect(broken(swapped) == [.inOrder])
        #expect(broken(swapped, isAtRest: false) == [.inOrder])
    }

    @Test("promises no order between subjects, nor between the events of a part and its commands to one")
    func freedom() {
        // The sample has the command of the order process before the event that was written first.
        let other = parts("card") { messages in
            messages.append(Sample.message(7, "g", .event, "card.charged", by: "card", about: "2", own: true))
        }
        let apart = other.map { part in
            var part = part
            let message = Sample.message(0, "g", .event, "card.charged", by: "card", about: "2", own: false)
            if part.name != "card" { part.messages.insert(message, at: 0) }
            return part
        }
        #expect(broken(apart) == [] && Transfers(apart).missing == [])
    }
}
