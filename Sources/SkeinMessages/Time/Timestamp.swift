/// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The present is `Timestamp(Date())`, with `import Foundation`; in a process it is `flow.now`.
///
/// Covers the years −290,000 to 294,000; text covers the years 0000 to 9999 (RFC 3339).
public struct Timestamp: Hashable, Sendable {
    /// Since the epoch; negative before it.
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// 1970-01-01T00:00:00Z.
    package static let epoch = Timestamp(microseconds: 0)

    /// Adds a duration, rounded down to whole microseconds; stops at the ends of the range.
    public func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        return Timestamp(microseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// How long it is from `earlier` to this; at most `Int64.max` microseconds.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return .microseconds(overflow ? (self < earlier ? .min : .max) : difference)
    }
}

extension Timestamp: Comparable {
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many fraction digits as needed in groups of three: `2026-03-01T12:00:00.250Z`.
    public var description: String {
        let seconds = microseconds.dividedFloor(by: 1_000_000)
        let fraction = microseconds - seconds * 1_000_000
        let days = seconds.dividedFloor(by: 86_400)
        let second = seconds - days * 86_400
        let (year, month, day) = CivilDate.date(ofDay: days)
        var text = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))T"
        text += "\(Self.pad(second / 3600, 2)):\(Self.pad(second / 60 % 60, 2)):\(Self.pad(second % 60, 2))"
        if fraction != 0 {
            text += "." + (fraction % 1000 == 0 ? Self.pad(fraction / 1000, 3) : Self.pad(fraction, 6))
        }
        return text + "Z"
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension Timestamp {
    /// Reads an RFC 3339 date-time with any offset. Fractions finer than a microsecond are cut off; a leap second
    /// (`:60`) is read as the next second.
    ///
    /// - Throws: ``MessageError`` with code `invalidTime`, naming the text.
    public init(rfc3339 text: String) throws {
        guard let value = Self.parse(Array(text.utf8)) else {
            throw MessageError(.invalidTime, "'\(text)' is not a time: write it like 2026-03-01T12:00:00Z")
        }
        microseconds = value
    }

    private static func parse(_ text: [UInt8]) -> Int64? {
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= text.count else { return nil }
            var value: Int64 = 0
            for byte in text[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        guard
            text.count >= 20, text[4] == 0x2D, text[7] == 0x2D, text[10] | 0x20 == 0x74, text[13] == 0x3A,
            text[16] == 0x3A,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), day >= 1, day <= CivilDate.length(ofMonth: month, year: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if text[index] == 0x2E {
            var scale: Int64 = 100_000
            index += 1
            let start = index
            while index < text.count, (0x30...0x39).contains(text[index]) {
                fraction += Int64(text[index] - 0x30) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < text.count, let offset = offset(text[index...].map { $0 }) else { return nil }
        let days = CivilDate.day(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return seconds * 1_000_000 + fraction
    }

    private static func offset(_ text: [UInt8]) -> Int64? {
        if text.count == 1, text[0] | 0x20 == 0x7A { return 0 }
        guard text.count == 6, text[0] == 0x2B || text[0] == 0x2D, text[3] == 0x3A else { return nil }
        let digits = [text[1], text[2], text[4], text[5]].map { Int64($0) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hours < 24, minutes < 60 else { return nil }
        return (text[0] == 0x2D ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(rfc3339: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Days and dates of the proleptic Gregorian calendar, counted from 1970-01-01 (the era-based method of
/// H. Hinnant, "chrono-compatible low-level date algorithms").
enum CivilDate {
    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y.dividedFloor(by: 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let z = day + 719_468
        let era = z.dividedFloor(by: 146_097)
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        default: 31
        }
    }
}

extension Duration {
    /// Whole microseconds, rounded down, stopping at the ends of `Int64`.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let fraction = attoseconds.dividedFloor(by: 1_000_000_000_000)
        let (sum, isStillTooLarge) = product.addingReportingOverflow(fraction)
        if isTooLarge || isStillTooLarge { return seconds < 0 ? .min : .max }
        return sum
    }

    /// A duration of whole days of 24 hours.
    public static func days(_ days: some BinaryInteger) -> Duration { .seconds(Int64(days) * 86_400) }
    /// A duration of whole hours.
    public static func hours(_ hours: some BinaryInteger) -> Duration { .seconds(Int64(hours) * 3600) }
    /// A duration of whole minutes.
    public static func minutes(_ minutes: some BinaryInteger) -> Duration { .seconds(Int64(minutes) * 60) }
    /// A duration of days of 24 hours, such as one and a half.
    public static func days(_ days: Double) -> Duration { .seconds(days * 86_400) }
    /// A duration of hours, such as one and a half.
    public static func hours(_ hours: Double) -> Duration { .seconds(hours * 3600) }
    /// A duration of minutes, such as one and a half.
    public static func minutes(_ minutes: Double) -> Duration { .seconds(minutes * 60) }
}
