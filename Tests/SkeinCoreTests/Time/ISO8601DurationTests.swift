import Foundation
import SkeinCore
import Testing

@Suite("ISO 8601 durations")
struct ISO8601DurationTests {
    @Test(
        "are read and written in their canonical form",
        arguments: [
            ("P14D", "P14D"), ("P2W", "P14D"), ("P0W", "P0D"), ("PT12H", "PT12H"), ("PT0S", "P0D"), ("P0Y", "P0D"),
            ("-P0D", "P0D"), ("PT0.5S", "PT0.5S"), ("PT0,500S", "PT0.5S"), ("PT1.000001S", "PT1.000001S"),
            ("PT36H", "PT36H"), ("PT60S", "PT60S"), ("P1Y2M3DT4H5M6S", "P1Y2M3DT4H5M6S"), ("P1M", "P1M"),
            ("PT1M", "PT1M"), ("P1Y0M0DT0H1M0S", "P1YT1M"), ("-P1DT2H", "-P1DT2H"), ("P007D", "P7D"),
            ("P99999999999999D", "P99999999999999D"),
        ])
    func reading(text: String, canonical: String) throws {
        let duration = try ISO8601Duration(validating: text)
        #expect(duration.description == canonical)
        #expect(try ISO8601Duration(validating: canonical) == duration)
        #expect(try JSONDecoder().decode(ISO8601Duration.self, from: JSONEncoder().encode(duration)) == duration)
    }

    @Test(
        "are refused with the column of what is wrong",
        arguments: [
            ("", "column 1: a duration begins with 'P', like P14D or PT12H"),
            ("5D", "column 1: a duration begins with 'P', like P14D or PT12H"),
            ("p5d", "column 1: a duration begins with 'P', like P14D or PT12H"),
            ("+P5D", "column 1: a duration begins with 'P', like P14D or PT12H"),
            ("P", "column 2: at least one number with its unit must follow, like P14D"),
            ("-P", "column 3: at least one number with its unit must follow, like P14D"),
            ("PT", "column 3: hours, minutes or seconds must follow 'T'"),
            ("P1DT", "column 5: hours, minutes or seconds must follow 'T'"),
            ("P5", "column 3: the unit is missing; one of 'Y', 'M', 'W', 'D' must follow the number"),
            ("P5H", "column 3: 'H' is a unit of time; write 'T' before it, like PT12H"),
            ("PT5D", "column 4: 'D' is not one of the units 'H', 'M', 'S' that may follow here"),
            ("P1D1Y", "column 5: no unit may follow; units stand in the order of their length"),
            ("P1M1Y", "column 5: 'Y' is not one of the units 'W', 'D' that may follow here"),
            ("P1D2D", "column 5: no unit may follow; units stand in the order of their length"),
            ("P1W1D", "column 1: weeks stand alone; write days instead"),
            ("P1WT1H", "column 1: weeks stand alone; write days instead"),
            ("P1Y1W", "column 1: weeks stand alone; write days instead"),
            ("P0.5D", "column 2: only seconds may have a fraction"),
            ("PT1.H", "column 5: a fraction needs a digit"),
            ("PT.5S", "column 3: a number must begin with a digit"),
            ("PT-5S", "column 3: a number must begin with a digit"),
            ("PT0.1234567S", "column 11: a fraction has at most six digits"),
            ("P5D ", "column 4: ' ' was not expected here"),
            (" P5D", "column 1: a duration begins with 'P', like P14D or PT12H"),
            ("P٥D", "column 2: '٥' was not expected here"),
            ("P100000000000000D", "column 2: the number has more than 14 digits"),
            ("P99999999999999W", "column 1: these weeks are more than 99999999999999 days"),
        ])
    func refusing(text: String, problem: String) throws {
        let error = try #require(throws: MessageError.self) { try ISO8601Duration(validating: text) }
        #expect(error.code == .invalidTime)
        #expect(error.message == "'\(text)' is not a duration: \(problem)")
    }

    @Test(
        "are made from lengths, with days of 24 hours",
        arguments: [
            (Duration.days(5), "P5D"), (.days(5) + .hours(12), "P5DT12H"), (.zero, "P0D"), (.seconds(90), "PT1M30S"),
            (.milliseconds(500), "PT0.5S"), (.microseconds(1), "PT0.000001S"), (.nanoseconds(999), "P0D"),
            (.nanoseconds(1_999), "PT0.000001S"), (.nanoseconds(-1_999), "-PT0.000001S"), (.hours(-36), "-P1DT12H"),
            (.seconds(-0.25), "-PT0.25S"),
        ] as [(Duration, String)])
    func formatting(length: Duration, text: String) {
        #expect(length.iso8601 == text)
    }

    @Test("have a length, unless they count in years or months")
    func lengths() throws {
        #expect(try Duration(iso8601: "P2W") == .days(14))
        #expect(try Duration(iso8601: "-P1DT1H1M1.5S") == .zero - (.days(1) + .hours(1) + .minutes(1) + .seconds(1.5)))
        for text in ["P1M", "P1Y", "P1YT1S"] {
            let error = try #require(throws: MessageError.self) { try Duration(iso8601: text) }
            #expect(error.code == .invalidTime && error.message.contains("'\(text)' has no fixed length"))
        }
    }

    @Test("of any parts come back from their text, and of any length from the length")
    func roundTrip() {
        forAll { random in
            let parts = random.many(6..<7) {
                $0.chance(30) ? 0 : Int64.random(in: 0...ISO8601Duration.maximumPart, using: &$0)
            }
            let duration = ISO8601Duration(
                years: parts[0], months: parts[1], days: parts[2], hours: parts[3], minutes: parts[4],
                seconds: parts[5], microseconds: Int64.random(in: 0..<1_000_000, using: &random),
                isNegative: random.chance(50))
            try #require(try ISO8601Duration(validating: duration.description) == duration)
            let length = Duration.microseconds(Int64.random(in: .min ... .max, using: &random))
            try #require(try Duration(iso8601: length.iso8601) == length)
        }
    }

    @Test("never read as something else when a character is changed")
    func strictness() {
        forAll(runs: 1000) { random in
            var text = Array(random.pick(["P1Y2M3DT4H5M6.5S", "P2W", "-PT10S"]))
            text[Int.random(in: text.indices, using: &random)] = random.pick(Array("PTYMWDHS0123456789.,-+ /"))
            if let duration = try? ISO8601Duration(validating: String(text)) {
                try #require(try ISO8601Duration(validating: duration.description) == duration)
            }
        }
    }
}

@Suite("Adding durations by the calendar")
struct TimestampCalendarTests {
    @Test(
        "keeps the day of the month where there is one",
        arguments: [
            ("2026-01-31T10:00:00Z", "P1M", "2026-02-28T10:00:00Z"),
            ("2024-01-31T10:00:00Z", "P1M", "2024-02-29T10:00:00Z"),
            ("2024-02-29T10:00:00Z", "P1Y", "2025-02-28T10:00:00Z"),
            ("2024-02-29T10:00:00Z", "P4Y", "2028-02-29T10:00:00Z"),
            ("2026-12-15T00:00:00Z", "P1M", "2027-01-15T00:00:00Z"),
            ("2026-03-31T00:00:00Z", "-P1M", "2026-02-28T00:00:00Z"),
            ("2026-01-15T00:00:00Z", "-P13M", "2024-12-15T00:00:00Z"),
            ("2026-01-31T23:00:00Z", "P1MT2H", "2026-03-01T01:00:00Z"),
            ("2026-01-01T00:00:00.25Z", "PT0.75S", "2026-01-01T00:00:01Z"),
            ("1969-12-31T23:59:59Z", "P1M", "1970-01-31T23:59:59Z"),
            ("2026-06-30T00:00:00Z", "P14D", "2026-07-14T00:00:00Z"),
        ])
    func adding(start: String, duration: String, end: String) throws {
        let sum = try Timestamp(rfc3339: start).advanced(by: ISO8601Duration(validating: duration))
        #expect(sum.description == end)
    }

    @Test(
        "stops at the ends of the range",
        arguments: ["P99999999999999Y", "P300000Y", "P99999999999999D", "PT99999999999999H"])
    func saturation(text: String) throws {
        for start in [Timestamp.epoch, Timestamp(microseconds: -5)] {
            #expect(try start.advanced(by: ISO8601Duration(validating: text)).microseconds == .max)
            #expect(try start.advanced(by: ISO8601Duration(validating: "-" + text)).microseconds == .min)
        }
    }

    @Test("of fixed length is the same as adding the length")
    func fixed() {
        forAll { random in
            let start = random.time()
            let length = Duration.microseconds(Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
            try #require(start.advanced(by: ISO8601Duration(length)) == start.advanced(by: length))
        }
    }
}
