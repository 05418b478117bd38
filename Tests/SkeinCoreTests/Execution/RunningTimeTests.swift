import Testing

@testable import SkeinCore

@Suite("The running time of code")
struct RunningTimeTests {
    private let start = Timestamp(microseconds: 0)

    private func time(_ limit: Duration = .seconds(8), mayStandStill: Bool = true) -> RunningTime {
        RunningTime(limit, from: start, mayStandStill: mayStandStill)
    }

    @Test("counts all time on a clock that stops with the process")
    func virtual() {
        var time = time(mayStandStill: false)
        #expect(time.next == start.advanced(by: .seconds(8)))
        let isOver = time.look(at: start.advanced(by: .days(1)), used: nil)
        #expect(isOver)
    }

    @Test("ends at the limit when every look is in time")
    func inTime() {
        var time = time()
        var looks = 0
        while true {
            looks += 1
            #expect(time.next == start.advanced(by: .seconds(looks)))
            if time.look(at: time.next, used: nil) { break }
        }
        #expect(looks == 8)
    }

    @Test("grows by at most a slice while the process is stopped")
    func standingStill() {
        var time = time()
        for hour in 1...7 {
            let isOver = time.look(at: start.advanced(by: .hours(hour)), used: nil)
            #expect(!isOver)
        }
        #expect(time.rest == .seconds(1))
    }

    @Test("counts the processor time of the thread on a busy machine")
    func starving() {
        var time = time()
        // The first look reads the processor time from before.
        for second in 1...5 {
            _ = time.look(at: start.advanced(by: .seconds(second)), used: .seconds(60) + .milliseconds(100 * second))
        }
        #expect(time.rest == .seconds(7) - .milliseconds(400))
    }

    @Test("counts in full for blocked code")
    func blocked() {
        var time = time()
        var seconds = 0
        while true {
            seconds += 1
            if time.look(at: start.advanced(by: .seconds(seconds)), used: .milliseconds(seconds)) { break }
        }
        #expect(seconds == 8)
    }

    @Test("continues from the new time when the clock goes back")
    func back() {
        var time = time()
        _ = time.look(at: start.advanced(by: .hours(-1)), used: nil)
        #expect(time.rest == .seconds(8))
        #expect(time.next == start.advanced(by: .hours(-1) + .seconds(1)))
    }

    @Test("reads the processor time of a thread from the system")
    func thread() throws {
        let used = try #require(ThreadTime.ofCallingThread())
        let before = try #require(used())
        // Ends as soon as the thread has used a millisecond of processor time.
        var sum: UInt64 = 0
        while let now = used(), now - before < .milliseconds(1) { for number in 0..<10_000 { sum &+= UInt64(number) } }
        #expect(sum > 0)
        #expect(try #require(used()) > before)
    }
}
