import Testing

@testable import SkeinCore

@Suite("What waits to be committed")
struct CommitQueueTests {
    @Test("an engine commits on its own thread when nobody else commits")
    func commitsHere() {
        var queue = CommitQueue<Int>()
        #expect(queue.submit(1, here: true) == .commitHere)
        #expect(queue.next(limit: 10) == [1])
        #expect(queue.finished() == .nothing)
    }

    @Test("what comes during a commit waits, and goes on in the committer's thread in order")
    func keepsOrder() {
        var queue = CommitQueue<Int>()
        #expect(queue.submit(1, here: true) == .commitHere)
        #expect(queue.next(limit: 10) == [1])
        #expect(queue.submit(2, here: true) == .nothing)
        #expect(queue.submit(3, here: false) == .nothing)
        #expect(queue.finished() == .schedule)
        #expect(queue.submit(4, here: true) == .nothing, "the committer's thread is asked already")
        #expect(queue.next(limit: 2) == [2, 3])
        #expect(queue.finished() == .schedule)
        #expect(queue.next(limit: 2) == [4])
        #expect(queue.finished() == .nothing)
    }

    @Test("a caller that may not block asks the committer's thread")
    func schedules() {
        var queue = CommitQueue<Int>()
        #expect(queue.submit(1, here: false) == .schedule)
        #expect(queue.submit(2, here: true) == .nothing)
        #expect(queue.next(limit: 10) == [1, 2])
        #expect(queue.finished() == .nothing)
        #expect(queue.submit(3, here: true) == .commitHere)
    }
}
