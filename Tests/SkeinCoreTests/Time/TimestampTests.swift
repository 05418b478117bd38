import SkeinCore
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "are written in RFC 3339 and read back",
        arguments: [
            ("2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
            ("2026-03-01T12:00:00.25+02:00", "2026-03-01T10:00:00.250Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2024-02-29T00:00:00-00:30", "2024-02-29T00:30:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:60Z", "10000-01-01T00:00:00Z"),
        ])
    func reading(text: String, canonical: String) throws {
        #expect(try Timestamp(rfc3339: text).description == canonical)
    }

    @Test(
        "refuse text that is no time",
        arguments: [
            "", "2026-03-01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-03-01T24:00:00Z",
            "2026-03-01T12:00:00",
            "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00+0200", "2026-03-01T12:00:00+25:00", "2026-03-01 12:00:00Z",
        ])
    func refusing(text: String) {
        #expect(throws: MessageError.self) { try Timestamp(rfc3339: text) }
    }

    @Test("stop at the ends of their range")
    func saturation() {
        #expect(Timestamp(microseconds: .max).advanced(by: .seconds(1)) == Timestamp(microseconds: .max))
        #expect(Timestamp(microseconds: .min).advanced(by: .seconds(-1)) == Timestamp(microseconds: .min))
        let longest = Duration.microseconds(Int64.max) + .microseconds(1)
        #expect(Timestamp.epoch.advanced(by: longest) == Timestamp(microseconds: .max))
        #expect(Timestamp.epoch.advanced(by: .days(2)).since(.epoch) == .hours(48))
    }

    @Test("are the longest duration apart where no duration is long enough, and never in the wrong order")
    func distance() {
        let (first, last) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
        #expect(first.since(last) == .microseconds(Int64.min))
        #expect(last.since(first) == .microseconds(Int64.max))
        #expect(first.since(Timestamp(microseconds: 1)) < .zero)
    }

    @Test("and durations are written in whole units and in parts of them, also where a limit is expected")
    func parts() {
        #expect(Duration.days(1.5) == .hours(36) && Duration.hours(1.5) == .minutes(90))
        #expect(Duration.minutes(1.5) == .seconds(90))
        func end(_ limit: some TimeLimit) -> Timestamp { limit.end(from: .epoch) }
        #expect(end(.days(1.5)) == end(.hours(36)) && end(.hours(1.5)) == end(.minutes(90)))
        #expect(end(.minutes(1.5)) == end(.seconds(90.0)))
    }
}
