import Testing

@testable import RetailRun

@Suite("A standstill")
struct StandstillSpanTests {
    private let start = ContinuousClock.now

    @Test("takes as many looks as it takes time, and is final a minute after the last change")
    func spans() {
        var standstill = Standstill()
        func look(at seconds: Int, position: Int64 = 7) -> Bool {
            standstill.note(position: position, at: start + .seconds(seconds))
        }
        let early = (0..<Standstill.looks).map { look(at: $0) }
        #expect(!early.contains(true))
        for (second, position, isStill, isFinal) in [
            (40, Int64(7), true, false), (59, 7, true, false), (60, 7, true, true),
            // Something has moved; then the process was stopped, and has looked only twice.
            (61, 8, false, false), (200, 8, false, false),
        ] {
            let seen = look(at: second, position: position)
            #expect(seen == isStill && standstill.isFinal == isFinal, "second \(second)")
        }
    }

    @Test("is none where looks follow each other at once")
    func quick() {
        var standstill = Standstill()
        let looks = (0..<1000).map { _ in standstill.note(position: 7, at: start + .seconds(4)) }
        #expect(!looks.contains(true))
    }
}
