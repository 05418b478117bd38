import Testing

@testable import SkeinCore

@Suite("The time that running code has used up")
struct RunningTimeTests {
    private let start = Timestamp(microseconds: 0)

    private func time(_ limit: Duration = .seconds(8), mayStandStill: Bool = true) -> RunningTime {
        RunningTime(limit, from: start, mayStandStill: mayStandStill)
    }

    @Test("is all the time that passes where nobody can stop the process")
    func virtual() {
        var time = time(mayStandStill: false)
        #expect(time.next == start.advanced(by: .seconds(8)))
        let isOver = time.look(at: start.advanced(by: .days(1)), used: nil)
        #expect(isOver)
    }

    @Test("is over after the limit when somebody looks in time, each time")
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

    @Test("does not grow while the process stands still, but by a slice each time")
    func standingStill() {
        var time = time()
        for hour in 1...7 {
            let isOver = time.look(at: start.advanced(by: .hours(hour)), used: nil)
            #expect(!isOver)
        }
        #expect(time.rest == .seconds(1))
    }

    @Test("is what the thread has used of the processor, where others have the most of it")
    func starving() {
        var time = time()
        // The first look is to know what the thread had used before.
        for second in 1...5 {
            _ = time.look(at: start.advanced(by: .seconds(second)), used: .seconds(60) + .milliseconds(100 * second))
        }
        #expect(time.rest == .seconds(7) - .milliseconds(400))
    }

    @Test("is all of it for code that is blocked")
    func blocked() {
        var time = time()
        var seconds = 0
        while true {
            seconds += 1
            if time.look(at: start.advanced(by: .seconds(seconds)), used: .milliseconds(seconds)) { break }
        }
        #expect(seconds == 8)
    }

    @Test("goes on from where the clock is when that has gone back")
    func back() {
        var time = time()
        _ = time.look(at: start.advanced(by: .hours(-1)), used: nil)
        #expect(time.rest == .seconds(8))
        #expect(time.next == start.advanced(by: .hours(-1) + .seconds(1)))
    }

    @Test("of a thread is told by the system")
    func thread() throws {
        let used = try #require(ThreadTime.ofCallingThread())
        let before = try #require(used())
        // It comes to an end as soon as the thread has worked for a thousandth of a second.
        var sum: UInt64 = 0
        while let now = used(), now - before < .milliseconds(1) { for number in 0..<10_000 { sum &+= UInt64(number) } }
        #expect(sum > 0)
        #expect(try #require(used()) > before)
    }
}
