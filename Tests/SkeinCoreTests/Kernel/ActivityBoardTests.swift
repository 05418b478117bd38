import SkeinStorage
import Testing

@testable import SkeinCore

@Suite("The activities of a kernel")
struct ActivityBoardTests {
    private let first = OperationID(instance: 1, seq: 1)
    private let second = OperationID(instance: 1, seq: 2)

    @Test("do not begin before the commit that schedules them is durable, whoever says that they are due")
    func uncommitted() {
        var board = ActivityBoard(limit: 2)
        board.schedule(first, in: 5)
        board.enqueue(first)
        #expect(board.next() == nil)
        let early = board.committed(first, in: 4)
        #expect(!early, "an earlier commit was about an activity of the same number in an earlier life")
        let durable = board.committed(first, in: 5)
        #expect(durable)
        board.enqueue(first)
        #expect(board.next() == first)
    }

    @Test("leave the queue when they are no longer wanted, and their runs count for nobody, but have a place")
    func forgotten() {
        var board = ActivityBoard(limit: 1)
        board.enqueue(first)
        board.forget(first)
        #expect(board.next() == nil && board.isIdle)
        board.enqueue(first)
        #expect(board.next() == first)
        let run = board.begin(first)
        board.forget(first)
        board.enqueue(first)
        #expect(board.next() == nil, "the one place is taken")
        let counts = board.end(first, run: run)
        #expect(!counts)
        #expect(board.next() == first)
    }

    @Test("are told apart by the number of their run")
    func runs() {
        var board = ActivityBoard(limit: 2)
        let old = board.begin(second)
        let isFirst = board.end(second, run: old)
        let new = board.begin(second)
        let isLate = board.end(second, run: old)
        #expect(isFirst && !isLate && board.runs(second) && new != old)
    }

    @Test("an activity that reuses the number of a queued one waits for its own commit")
    func takenOver() {
        var board = ActivityBoard(limit: 9)
        let activity = OperationID(instance: 1, seq: 2)
        board.enqueue(activity)
        board.schedule(activity, in: 7)
        #expect(board.next() == nil)
        let isEarly = board.committed(activity, in: 6)
        #expect(!isEarly)
        let isDurable = board.committed(activity, in: 7)
        #expect(isDurable)
        board.enqueue(activity)
        #expect(board.next() == activity)
    }
}
