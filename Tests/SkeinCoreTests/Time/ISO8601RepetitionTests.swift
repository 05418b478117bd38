import Foundation
import SkeinCore
import Testing

@Suite("ISO 8601 repetitions")
struct ISO8601RepetitionTests {
    private let anchor = Timestamp.epoch.advanced(by: .days(20_000))

    private func times(_ text: String, _ count: Int) throws -> [String] {
        let repetition = try ISO8601Repetition(validating: text)
        return (0..<count).compactMap { repetition.occurrence($0, from: anchor)?.description }
    }

    @Test(
        "are read and written in their canonical form",
        arguments: [
            ("R5/PT10S", "R5/PT10S"), ("R/P2W", "R/P14D"), ("R0/P1D", "R0/P1D"), ("R007/P1M", "R7/P1M"),
            ("R/2026-01-01T00:00:00+01:00/P1D", "R/2025-12-31T23:00:00Z/P1D"),
            ("R3/2026-01-01T00:00:00Z/2026-01-02T12:00:00Z", "R3/2026-01-01T00:00:00Z/P1DT12H"),
        ])
    func reading(text: String, canonical: String) throws {
        let repetition = try ISO8601Repetition(validating: text)
        #expect(repetition.description == canonical)
        #expect(try JSONDecoder().decode(ISO8601Repetition.self, from: JSONEncoder().encode(repetition)) == repetition)
    }

    @Test(
        "are refused with the column of what is wrong",
        arguments: [
            ("", "column 1: a repetition begins with 'R', like R5/PT10S"),
            ("PT10S", "column 1: a repetition begins with 'R', like R5/PT10S"),
            ("r5/PT10S", "column 1: a repetition begins with 'R', like R5/PT10S"),
            ("R5", "column 3: write R5/period, R5/start/period or R5/start/end"),
            ("R-1/PT10S", "column 2: '-1' is not a number of at most nine digits"),
            ("R1234567890/PT1S", "column 2: '1234567890' is not a number of at most nine digits"),
            ("R5/", "column 4: a duration begins with 'P', like P14D or PT12H"),
            ("R5/P5H", "column 6: 'H' is a unit of time; write 'T' before it, like PT12H"),
            ("R5/PT0S", "column 4: the period must be longer than zero"),
            ("R5/-PT1S", "column 4: the period must be longer than zero"),
            (
                "R/2026-01-01/P1D",
                "column 3: '2026-01-01' is not a time with an offset, like 2026-03-01T12:00:00Z"
            ),
            (
                "R/2026-01-01T00:00:00Z/P1X",
                "column 26: 'X' is not one of the units 'Y', 'M', 'W', 'D' that may follow here"
            ),
            ("R/2026-01-01T00:00:00Z/2026-01-01T00:00:00Z", "column 24: the end is not after the start"),
            ("R/P1D/2026-01-01T00:00:00Z", "column 3: a period before an end has no beginning; write R5/start/period"),
            ("R/2026-01-01T00:00:00Z/P1D/P1D", "column 28: write R5/period, R5/start/period or R5/start/end"),
        ])
    func refusing(text: String, problem: String) throws {
        let error = try #require(throws: MessageError.self) { try ISO8601Repetition(validating: text) }
        #expect(error.code == .invalidTime)
        #expect(error.message == "'\(text)' is not a repetition: \(problem)")
    }

    @Test("without a start begin one period after the anchor, and have as many occurrences as they say")
    func counted() throws {
        #expect(
            try times("R3/PT10S", 9) == ["2024-10-04T00:00:10Z", "2024-10-04T00:00:20Z", "2024-10-04T00:00:30Z"])
        #expect(try times("R0/PT10S", 9).isEmpty)
    }

    @Test("with a start begin there")
    func started() throws {
        #expect(
            try times("R2/2026-01-01T00:00:00Z/P1D", 9) == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
    }

    @Test("of months come back to the day that they began with")
    func months() throws {
        #expect(
            try times("R/2026-01-31T09:00:00Z/P1M", 4) == [
                "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z", "2026-03-31T09:00:00Z", "2026-04-30T09:00:00Z",
            ])
    }

    @Test("end at the end of time")
    func endOfTime() throws {
        let repetition = try ISO8601Repetition(validating: "R/P1000Y")
        #expect(repetition.occurrence(200, from: anchor) != nil)
        #expect(repetition.occurrence(300, from: anchor) == nil)
        #expect(repetition.occurrence(.max, from: anchor) == nil)
        #expect(repetition.next(after: Timestamp(microseconds: .max), from: anchor) == nil)
    }

    @Test(
        "find the next occurrence strictly after a time",
        arguments: [
            ("R/PT10S", "2024-10-03T00:00:00Z", 0, "2024-10-04T00:00:10Z"),
            ("R/PT10S", "2024-10-04T00:00:10Z", 1, "2024-10-04T00:00:20Z"),
            ("R/PT10S", "2034-10-04T00:00:05Z", 31_553_280, "2034-10-04T00:00:10Z"),
            ("R/2026-01-31T00:00:00Z/P1M", "2026-02-01T00:00:00Z", 1, "2026-02-28T00:00:00Z"),
            ("R/2026-01-31T00:00:00Z/P1M", "2020-02-01T00:00:00Z", 0, "2026-01-31T00:00:00Z"),
        ])
    func next(text: String, after: String, index: Int, time: String) throws {
        let next = try ISO8601Repetition(validating: text).next(after: Timestamp(rfc3339: after), from: anchor)
        #expect(next?.index == index && next?.time.description == time)
    }

    @Test("have no next occurrence after their last one")
    func last() throws {
        let repetition = try ISO8601Repetition(validating: "R3/PT10S")
        #expect(repetition.next(after: anchor.advanced(by: .seconds(29)), from: anchor)?.index == 2)
        #expect(repetition.next(after: anchor.advanced(by: .seconds(30)), from: anchor) == nil)
    }

    @Test("find as next what stepping through them finds")
    func search() {
        forAll { random in
            let period = random.pick(["PT7S", "P1M", "P3D", "P1Y1DT1S", "PT0.000001S"])
            let count = random.pick(["", "1", "5", "40"])
            let repetition = try ISO8601Repetition(validating: "R\(count)/\(period)")
            let steps = (0..<50).compactMap { repetition.occurrence($0, from: anchor) }
            let place = random.pick(steps.dropLast(count.isEmpty ? 1 : 0).map { $0 })
            let after = random.chance(50) ? place : place.advanced(by: .microseconds(-1))
            let found = repetition.next(after: after, from: anchor)
            try #require(found?.time == steps.first { $0 > after })
        }
    }
}
