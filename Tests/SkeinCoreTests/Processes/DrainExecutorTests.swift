import Testing

@testable import SkeinCore

@Suite("The executor of a process")
struct DrainExecutorTests {
    @Test("forgets each turn that code has had, so that code which never ends takes no more and more memory")
    func turns() {
        let (turns, longest) = (Mutexed(0), Mutexed(0))
        let executor = DrainExecutor {}
        executor.drain {
            Task(executorPreference: executor) {
                for _ in 0..<1000 {
                    await Task.yield()
                    turns.value += 1
                    longest.value = max(longest.value, executor.queued)
                }
            }
        }
        #expect(turns.value == 1000, "all in one drain")
        #expect(longest.value <= 2)
    }
}
