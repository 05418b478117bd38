import SkeinStorage
import Testing

@testable import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The lane of a key")
struct KeyLaneTests {
    private static func job(_ position: Int64) -> Job {
        let envelope = Envelope(
            time: .epoch,
            metadata: .init(
                id: MessageID("\(position)"), kind: .event, name: Tick.name, version: "1.0.0", source: "clock",
                subject: "a"),
            context: .init(correlationID: MessageID("\(position)")), payload: Payload(bytes: Data()))
        return Job(record: LogRecord(position: position, envelope: envelope), handlers: [], shares: [])
    }

    private static func row(_ position: Int64, _ state: ParkedRow.State = .behind, due: Timestamp? = nil) -> ParkedRow {
        ParkedRow(subscription: "s", key: "a", position: position, state: state, nextAt: due, at: .epoch)
    }

    private static let now = Timestamp(microseconds: 1_000)
    private static let later = Timestamp(microseconds: 2_000)

    /// What happens to a lane, in one word each, with what the lane asks for as text.
    enum Event: CustomStringConvertible {
        case add(Int64)
        case begin(UInt64)
        case succeeded(UInt64), committed(UInt64)
        case backOff(UInt64), retry, park(UInt64)
        case found(ParkedRow?, readUpTo: Int64 = 100)
        case take(ParkedRow), crowdedOut, rest, settle, settled, arrived, due, read
        case beginActions, endActions

        var description: String {
            switch self {
            case .add(let position): "add \(position)"
            case .found(let row, let cursor): "found \(row.map { "\($0.position) \($0.state)" } ?? "-") at \(cursor)"
            case .take(let row): "take \(row.position)"
            default: "\(Mirror(reflecting: self).children.first.map { "\($0.label ?? "") \($0.value)" } ?? "event")"
            }
        }
    }

    private static func tell(_ lane: inout KeyLane, _ event: Event) -> String {
        func text(_ attempted: KeyLane.Attempted?) -> String {
            attempted.map { "\($0.job.position)\($0.row == nil ? "" : " parked")" } ?? "nothing"
        }
        switch event {
        case .add(let position):
            let admission = lane.add(job(position), limit: 2)
            if case .park(let isFirst) = admission { return isFirst ? "park first" : "park" }
            return "\(admission)"
        case .begin(let attempt): return text(lane.begin(attempt: attempt).map { ($0, nil) })
        case .succeeded(let attempt): return text(lane.succeeded(attempt: attempt))
        case .committed(let attempt): return "\(lane.committed(attempt: attempt))"
        case .backOff(let attempt):
            guard let message = lane.message(of: attempt) else { return "nothing" }
            lane.backOff(message.job)
            return "backs off"
        case .retry: return "\(lane.retry())"
        case .park(let attempt):
            guard lane.message(of: attempt) != nil else { return "nothing" }
            let parking = lane.park()
            return "\(parking.behind) overflow \(parking.overflow.map { "\($0)" } ?? "-")"
        case .found(let row, let cursor):
            switch lane.found(row, readUpTo: cursor, at: now) {
            case .rest(let due): return "rest \(due.map { "\($0.microseconds)" } ?? "-")"
            case .remove(let row): return "remove \(row.position)"
            case .take(let row): return "take \(row.position)"
            case let finding: return "\(finding)"
            }
        case .take(let row): return "\(lane.take(job(row.position), row))"
        case .crowdedOut: lane.crowdedOut()
        case .rest: lane.rest()
        case .settle: lane.settle()
        case .settled: return "\(lane.settled())"
        case .arrived: return "\(lane.arrived())"
        case .due: return "\(lane.due())"
        case .read: return "\(lane.read())"
        case .beginActions: return "\(lane.beginActions())"
        case .endActions: return "\(lane.endActions())"
        }
        return "-"
    }

    private func expect(_ start: KeyLane, _ steps: [(Event, String)]) {
        var lane = start
        for (index, (event, expected)) in steps.enumerated() {
            let action = Self.tell(&lane, event)
            #expect(action == expected, "step \(index + 1): \(event)")
        }
    }

    @Test("handles messages in memory one after the other, and is forgotten after the last")
    func inMemory() {
        expect(
            .new,
            [
                (.add(1), "queue"), (.add(2), "wait"), (.begin(7), "1"), (.begin(8), "nothing"),
                (.succeeded(7), "1"), (.succeeded(7), "nothing"), (.committed(7), "queue"), (.begin(8), "2"),
                (.committed(8), "none"), (.succeeded(8), "2"), (.committed(7), "none"), (.committed(8), "none"),
            ])
    }

    @Test("tries a failed message again from memory, with the others behind it")
    func backOff() {
        expect(
            .new,
            [
                (.add(1), "queue"), (.begin(7), "1"), (.backOff(7), "backs off"), (.add(2), "wait"),
                (.begin(8), "nothing"), (.due, "none"), (.retry, "queue"), (.retry, "none"), (.begin(8), "1"),
                (.backOff(7), "nothing"), (.succeeded(8), "1"), (.committed(8), "queue"),
            ])
    }

    @Test("is parked with all that wait in memory; what comes later goes behind it, also when a commit is refused")
    func park() {
        expect(
            .new,
            [
                (.add(1), "queue"), (.add(2), "wait"), (.begin(7), "1"), (.succeeded(7), "1"),
                (.park(7), "[2] overflow -"), (.add(3), "park first"), (.due, "none"), (.arrived, "none"),
                (.settled, "look"), (.found(Self.row(1, .retrying, due: Self.later)), "rest 2000"),
                (.due, "look"), (.found(Self.row(1, .retrying, due: Self.now)), "take 1"),
                (.take(Self.row(1, .retrying)), "queue"), (.add(4), "park"), (.begin(8), "1"),
                (.succeeded(8), "1 parked"), (.committed(8), "look"), (.found(Self.row(2)), "take 2"),
            ])
    }

    @Test("that has too many messages parks the rest, and goes on with them after those in memory")
    func overflow() {
        expect(
            .new,
            [
                (.add(1), "queue"), (.add(2), "wait"), (.add(3), "park first"), (.begin(7), "1"), (.succeeded(7), "1"),
                (.committed(7), "queue"), (.add(4), "park"), (.begin(8), "2"), (.succeeded(8), "2"),
                (.arrived, "none"), (.committed(8), "look"), (.found(Self.row(3)), "take 3"),
            ])
        expect(
            .new,
            [
                (.add(1), "queue"), (.add(2), "wait"), (.add(3), "park first"), (.add(4), "park"), (.begin(7), "1"),
                (.park(7), "[2] overflow 3"),
            ])
    }

    @Test("waits for rows on their way into the store, which come before or after those that are there")
    func arriving() {
        expect(
            .resting,
            [
                (.due, "look"), (.found(Self.row(9), readUpTo: 4), "awaitReading(9)"), (.add(5), "park"),
                (.due, "none"),
                (.read, "look"), (.found(Self.row(9)), "awaitRow"), (.arrived, "look"),
                (.found(Self.row(5)), "take 5"), (.take(Self.row(5)), "queue"), (.begin(1), "5"),
                (.succeeded(1), "5 parked"), (.add(12), "park first"), (.committed(1), "look"),
                (.found(nil), "awaitRow"),
                (.arrived, "look"), (.found(nil), "free"),
            ])
    }

    @Test(
        "does with the lowest parked message what its row says",
        arguments: [
            (row(1, .retrying, due: now), "take 1"), (row(1, .retrying, due: later), "rest 2000"),
            (row(1, .retrying), "take 1"), (row(1), "take 1"), (row(1, due: later), "rest 2000"),
            (row(1, .incident), "rest -"), (row(1, .skipped), "remove 1"),
        ])
    func lowest(row: ParkedRow, expected: String) {
        expect(.resting, [(.due, "look"), (.found(row), expected)])
    }

    @Test("goes on when a commit has ended its lowest message, or when there is room in memory again")
    func settling() {
        expect(
            .resting,
            [
                (.due, "look"), (.found(Self.row(1, .skipped)), "remove 1"), (.settle, "-"), (.due, "none"),
                (.settled, "look"),
                (.settled, "none"), (.found(Self.row(2)), "take 2"), (.crowdedOut, "-"), (.due, "look"),
                (.found(nil), "free"),
            ])
    }

    @Test("parks a message for which there is no room, and takes it up from the store")
    func noRoom() {
        var lane = KeyLane.new
        #expect(lane.takesMore(limit: 2))
        #expect(lane.add(Self.job(1), limit: 2, hasRoom: false) == .park(isFirst: true))
        #expect(!lane.takesMore(limit: 2))
        #expect(lane.add(Self.job(2), limit: 2) == .park(isFirst: false))
        #expect(lane.arrived() == .look)
        #expect(lane.found(Self.row(1), readUpTo: 9, at: Self.now) == .take(Self.row(1)))
        lane = KeyLane.new
        #expect(lane.add(Self.job(1), limit: 2) == .queue && lane.takesMore(limit: 2))
        #expect(lane.add(Self.job(2), limit: 2, hasRoom: false) == .park(isFirst: true))
        #expect(!lane.takesMore(limit: 2))
    }

    @Test("is needed only while the store does not know everything about the key")
    func idle() {
        let row = Self.row(1, .retrying, due: Self.later)
        let steps: [(KeyLane, [Event], Bool)] = [
            (.new, [], true), (.resting, [], true), (.new, [.add(1)], false), (.resting, [.due], false),
            (.new, [.add(1), .begin(1), .succeeded(1), .committed(1)], true), (.resting, [.add(1)], false),
            (.resting, [.add(1), .arrived], true), (.resting, [.due, .found(nil)], true),
            (.new, [.beginActions], false),
            (.resting, [.due, .found(row)], true), (.resting, [.due, .found(row), .add(2)], false),
            (.resting, [.due, .found(Self.row(9), readUpTo: 1)], false), (.resting, [.beginActions], false),
            (.resting, [.due, .found(Self.row(1)), .crowdedOut], false),
            (.resting, [.beginActions, .endActions], false),
            (.resting, [.due, .found(Self.row(1)), .settle], false),
            (.resting, [.due, .found(Self.row(1)), .rest], true),
        ]
        for (start, events, isIdle) in steps {
            var lane = start
            for event in events { _ = Self.tell(&lane, event) }
            #expect(lane.isIdle == isIdle, "\(events)")
        }
    }

    @Test("may be acted on at once where no attempt is under way, and tries nothing until the action has ended")
    func actions() {
        let row = Self.row(1, .retrying)
        expect(
            .resting,
            [
                (.beginActions, "granted"), (.due, "none"), (.endActions, "look"), (.found(row), "take 1"),
                (.take(row), "queue"),
                (.beginActions, "granted"), (.begin(1), "nothing"), (.endActions, "look"), (.found(row), "take 1"),
            ])
    }

    @Test("lets an attempt end before it may be acted on, and a commit that is on its way")
    func pendingLeave() {
        let row = Self.row(1, .retrying)
        expect(
            .resting,
            [
                (.due, "look"), (.found(row), "take 1"), (.take(row), "queue"), (.begin(1), "1"),
                (.beginActions, "pending"),
                (.park(1), "[] overflow -"), (.settled, "look"), (.found(row), "mayAct"),
                (.due, "none"), (.endActions, "look"), (.endActions, "none"), (.found(row), "take 1"),
            ])
    }

    @Test("holds up nothing in memory; a dead letter that is retried has its turn after that")
    func retriedDeadLetter() {
        expect(
            .new,
            [
                (.add(5), "queue"), (.beginActions, "granted"), (.begin(1), "5"), (.endActions, "none"),
                (.succeeded(1), "5"),
                (.add(6), "park"), (.committed(1), "look"), (.found(Self.row(2, .retrying)), "take 2"),
            ])
        expect(
            .new,
            [
                (.beginActions, "granted"), (.add(5), "queue"), (.begin(1), "5"), (.succeeded(1), "5"),
                (.committed(1), "none"), (.endActions, "look"), (.found(nil), "free"),
            ])
    }

    @Test("keeps a shutdown waiting while an attempt or a commit is under way, and for nothing else")
    func busy() {
        var lane = KeyLane.new
        let expected: [(Event, Bool)] = [
            (.add(1), false), (.begin(1), true), (.backOff(1), false), (.retry, false), (.begin(2), true),
            (.succeeded(2), true), (.park(2), true), (.settled, false), (.add(2), true), (.arrived, false),
        ]
        for (event, isBusy) in expected {
            _ = Self.tell(&lane, event)
            #expect(lane.isBusy == isBusy, "\(event)")
        }
    }
}
