import Dispatch
import Synchronization
import Testing

@testable import SkeinCore

@Suite("An inbox")
struct InboxTests {
    /// Runs everything that it is given at once.
    private struct ConcurrentRunner: Runner {
        func submit(_ work: @escaping @Sendable () -> Void) { DispatchQueue.global().async(execute: work) }
    }

    private struct Seen {
        var inside = 0
        var overlaps = 0
        var last: [Int: Int] = [:]
        var disorders = 0
        var count = 0
    }

    @Test("hands over one batch at a time and each sender's elements in order, whatever its runner does")
    func serial() async {
        let seen = Mutex(Seen())
        let (senders, each) = (8, 2000)
        await withCheckedContinuation { continuation in
            let inbox = Inbox<(sender: Int, number: Int)>(runner: ConcurrentRunner(), limit: 7) { batch in
                seen.withLock { $0.inside += 1 }
                let isLast = seen.withLock { seen in
                    if seen.inside > 1 { seen.overlaps += 1 }
                    for element in batch {
                        if element.number != (seen.last[element.sender] ?? -1) + 1 { seen.disorders += 1 }
                        seen.last[element.sender] = element.number
                    }
                    seen.count += batch.count
                    return seen.count == senders * each
                }
                seen.withLock { $0.inside -= 1 }
                if isLast { continuation.resume() }
            }
            for sender in 0..<senders {
                DispatchQueue.global().async { for number in 0..<each { inbox.post((sender, number)) } }
            }
        }
        #expect(seen.withLock { $0.overlaps } == 0)
        #expect(seen.withLock { $0.disorders } == 0)
    }
}
