import Testing

@testable import SkeinCore

@Suite("The slots of a handler")
struct SlotsTests {
    private enum Event {
        /// A message asks for a slot, and takes it if there is one.
        case ask(at: Int64)
        case leave(Int)
    }

    private func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    private func expect(limit: Int, patience: Duration?, _ steps: [(Event, Slots.Answer?)]) {
        var slots = Slots(limit: limit, patience: patience)
        for (index, (event, expected)) in steps.enumerated() {
            switch event {
            case .ask(let seconds):
                let answer = slots.ask(at: time(seconds))
                if answer == .free { slots.count(1) }
                #expect(answer == expected, "step \(index + 1): \(event)")
            case .leave(let count):
                slots.count(-count)
            }
        }
    }

    @Test("are given away until none is left; then a message waits for one, for a while")
    func waiting() {
        expect(
            limit: 2, patience: .seconds(10),
            [
                (.ask(at: 0), .free), (.ask(at: 0), .free), (.ask(at: 1), .wait(until: time(11))),
                (.ask(at: 10), .wait(until: time(11))), (.leave(1), nil), (.ask(at: 10), .free),
            ])
    }

    @Test("overflow when fewer than all of them become free in that time, until half of them are free")
    func overflowing() {
        expect(
            limit: 4, patience: .seconds(10),
            Array(repeating: (.ask(at: 0), .free), count: 4) + [
                (.ask(at: 0), .wait(until: time(10))), (.leave(1), nil), (.ask(at: 5), .free),
                (.ask(at: 10), .overflow(since: time(0))), (.leave(1), nil), (.ask(at: 11), .free),
                (.ask(at: 12), .overflow(since: time(0))), (.leave(2), nil), (.ask(at: 13), .free),
                (.ask(at: 13), .free), (.ask(at: 14), .wait(until: time(24))),
            ])
    }

    @Test("do not overflow while the handler works off all of them in that time")
    func busy() {
        var steps: [(Event, Slots.Answer?)] = [(.ask(at: 0), .free), (.ask(at: 0), .free)]
        steps.append((.ask(at: 0), .wait(until: time(10))))
        for second in Int64(1)...9 { steps += [(.leave(1), nil), (.ask(at: second), .free)] }
        steps += [(.ask(at: 10), .wait(until: time(20))), (.ask(at: 20), .overflow(since: time(10)))]
        expect(limit: 2, patience: .seconds(10), steps)
    }

    @Test("never overflow where there is no other handler to hold up")
    func alone() {
        expect(
            limit: 1, patience: nil,
            [(.ask(at: 0), .free), (.ask(at: 1), .wait(until: nil)), (.ask(at: 10_000), .wait(until: nil))])
    }

    @Test("of several handlers must all be free, and one that overflows decides")
    func several() {
        var shares = [0, 1].map { _ in HandlerShare(places: 1, slots: 1, patience: .seconds(10)) }
        #expect(shares.ask([0, 1], for: \.queued, at: time(0)) == .free)
        shares[0].queued.count(1)
        #expect(shares.ask([0, 1], for: \.queued, at: time(0)) == .wait(until: time(10)))
        #expect(shares.ask([1], for: \.queued, at: time(0)) == .free)
        shares[1].queued.count(1)
        #expect(shares.ask([0, 1], for: \.queued, at: time(5)) == .wait(until: time(15)))
        #expect(shares.ask([0, 1], for: \.queued, at: time(10)) == .overflow(since: time(0)))
    }
}
