import Testing

@testable import RetailRun

@Suite("The life of a part's process")
struct PartLifeTests {
    @Test("begins when it is wanted, and not before")
    func begins() {
        var life = PartLife()
        #expect(life.tick(at: .zero) == nil && life.isOff)
        life.begin(at: .zero)
        #expect(life.tick(at: .zero) == .start)
        life.started(7, at: .zero)
        #expect(life.process == 7 && life.tick(at: .seconds(3600)) == nil)
        #expect(life.restarts == 0)
    }

    @Test("begins again after a pause that doubles up to five seconds while it dies young")
    func pauses() {
        var life = PartLife()
        var now = Duration.zero
        life.begin(at: now)
        var pauses: [Duration] = []
        for number in 1...9 {
            #expect(life.tick(at: now) == .start)
            life.started(Int32(number), at: now)
            life.ended(.killed(by: 9), at: now)
            let died = now
            while life.tick(at: now) == nil { now += .milliseconds(100) }
            pauses.append(now - died)
        }
        #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000].map { .milliseconds($0) })
        life.started(10, at: now)
        #expect(life.restarts == 9)
        // Who has lived for long begins again soon.
        life.ended(.exited(70), at: now + .seconds(10))
        #expect(life.tick(at: now + .milliseconds(10_100)) == .start)
    }

    @Test("ends in order, and is killed when it does not")
    func ends() {
        var life = PartLife()
        life.begin(at: .zero)
        life.started(7, at: .zero)
        #expect(life.end(at: .seconds(1)) == .signal(15, to: 7))
        #expect(life.end(at: .seconds(2)) == nil)
        #expect(life.tick(at: .seconds(20)) == nil)
        #expect(life.tick(at: .seconds(21)) == .signal(9, to: 7))
        #expect(!life.isOff)
        life.ended(.killed(by: 9), at: .seconds(22))
        #expect(life.isOff && life.process == nil)
        life.begin(at: .seconds(23))
        #expect(life.tick(at: .seconds(23)) == .start)
        life.started(8, at: .seconds(23))
        #expect(life.restarts == 0)
    }

    @Test("does not begin while it pauses, once it is not wanted any more")
    func unwanted() {
        var life = PartLife()
        life.begin(at: .zero)
        life.started(7, at: .zero)
        life.ended(.killed(by: 9), at: .zero)
        #expect(life.end(at: .zero) == nil)
        #expect(life.isOff && life.tick(at: .seconds(60)) == nil)
    }

    @Test("fails where another start mends nothing", arguments: [64, 66, 69, 73, 74])
    func fails(code: Int32) {
        var life = PartLife()
        life.begin(at: .zero)
        life.started(7, at: .zero)
        life.ended(.exited(code), at: .seconds(1))
        #expect(life.failure == code && life.tick(at: .seconds(60)) == nil)
    }

    @Test("goes on where the next start may do better: an unexpected end, an error, a file that another one has")
    func goesOn() {
        for end in [PartLife.End.exited(0), .exited(70), .exited(71), .exited(75), .killed(by: 11)] {
            var life = PartLife()
            life.begin(at: .zero)
            life.started(7, at: .zero)
            life.ended(end, at: .seconds(1))
            #expect(life.failure == nil && life.isDue && life.tick(at: .seconds(2)) == .start)
        }
    }
}
