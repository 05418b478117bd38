import SkeinActions
import SkeinStorage
import Testing

@testable import SkeinCore

@Suite("The line of actions on one subject")
struct ActionLineTests {
    private let calls = (1...3).map { number in
        ActionCall(.retryInstance(InstanceID(rawValue: Int64(number))), on: .system("any")) { _ in }
    }

    @Test("gives one call its turn after the other, each when the commit of the one before is durable")
    func inOrder() {
        var line = ActionLine()
        #expect(line.isIdle && line.waiting == nil)
        let isFirst = calls.map { line.add($0) }
        #expect(isFirst == [true, false, false], "the subject has to be brought to rest once")
        for call in calls {
            #expect(line.waiting == call)
            line.commit()
            #expect(line.waiting == nil && !line.isIdle)
            line.committed()
        }
        #expect(line.isIdle)
    }

    @Test("goes on at once after a call that was answered without a commit")
    func refused() {
        var line = ActionLine()
        for call in calls.prefix(2) { _ = line.add(call) }
        line.answered()
        #expect(line.waiting == calls[1])
        line.answered()
        #expect(line.isIdle)
    }

    @Test("takes what it is told of a commit that is not its own for nothing")
    func othersCommits() {
        var line = ActionLine()
        line.committed()
        #expect(line.isIdle)
        _ = line.add(calls[0])
        line.committed()
        #expect(line.waiting == calls[0])
        line.commit()
        line.answered()
        #expect(line.waiting == nil && !line.isIdle)
    }

    @Test("lets a call go that has waited for too long, but none whose commit is on its way")
    func withdrawn() {
        var line = ActionLine()
        for call in calls { _ = line.add(call) }
        let waited = [calls[1], calls[1], calls[0]].map { line.withdraw($0) }
        #expect(waited == [true, false, true])
        #expect(line.waiting == calls[2])
        line.commit()
        let late = line.withdraw(calls[2])
        #expect(!late)
        line.committed()
        #expect(line.isIdle)
        let isFirst = line.add(calls[0])
        #expect(isFirst, "a new line begins")
    }
}
