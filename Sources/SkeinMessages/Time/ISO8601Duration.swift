/// A span of time in the form of ISO 8601-1, section 5.5.2: `P1Y2M3DT4H5M6.5S`.
///
/// The parts are kept as they were written, since a month or a year has no fixed length; weeks are kept as days, of
/// which a day has 24 hours. Two durations are equal when their parts are: `PT60S` is not `PT1M`.
public struct ISO8601Duration: Hashable, Sendable {
    /// Calendar years; how long they are depends on what they are added to.
    package let years: Int64
    /// Calendar months; how long they are depends on what they are added to.
    package let months: Int64
    /// Days of 24 hours, those of weeks among them.
    package let days: Int64
    /// Any number, also above 23.
    package let hours: Int64
    /// Any number, also above 59.
    package let minutes: Int64
    /// Whole seconds; any number, also above 59.
    package let seconds: Int64
    /// The fraction of a second, from 0 to 999,999.
    package let microseconds: Int64
    /// Whether the whole leads backwards. Never set for a duration of no length.
    package let isNegative: Bool

    /// The largest number that a part may have.
    package static let maximumPart: Int64 = 99_999_999_999_999

    /// Each part is at least 0 and at most ``maximumPart``; `microseconds` is less than 1,000,000.
    package init(
        years: Int64 = 0, months: Int64 = 0, days: Int64 = 0, hours: Int64 = 0, minutes: Int64 = 0, seconds: Int64 = 0,
        microseconds: Int64 = 0, isNegative: Bool = false
    ) {
        let parts = [years, months, days, hours, minutes, seconds]
        precondition(
            parts.allSatisfy { (0...Self.maximumPart).contains($0) },
            "a part of a duration is from 0 to \(Self.maximumPart)")
        precondition(
            (0..<1_000_000).contains(microseconds), "the fraction of a duration is from 0 to 999,999 microseconds")
        (self.years, self.months, self.days) = (years, months, days)
        (self.hours, self.minutes, self.seconds) = (hours, minutes, seconds)
        self.microseconds = microseconds
        self.isNegative = isNegative && (microseconds > 0 || parts.contains { $0 > 0 })
    }

    /// Spreads a length over days of 24 hours, hours, minutes and seconds: 36 hours become `P1DT12H`.
    ///
    /// What is finer than a microsecond is cut off; what is longer than ``maximumPart`` days becomes just that.
    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let whole = seconds.magnitude
        self.init(
            days: min(Int64(whole / 86_400), Self.maximumPart), hours: Int64(whole / 3600 % 24),
            minutes: Int64(whole / 60 % 60), seconds: Int64(whole % 60),
            microseconds: Int64(attoseconds.magnitude / 1_000_000_000_000), isNegative: duration < .zero)
    }

    /// No time at all, `P0D`.
    package static let zero = ISO8601Duration()

    /// Whether the length depends on the calendar: a year or a month has no fixed one.
    package var isCalendrical: Bool { years > 0 || months > 0 }

    /// The length of what has a fixed one.
    ///
    /// - Throws: ``MessageError`` with code `invalidTime` for a duration of years or months.
    package func duration() throws(MessageError) -> Duration {
        guard !isCalendrical else {
            throw MessageError(
                .invalidTime,
                "'\(self)' has no fixed length, since years and months have none; write days, or add it to a time")
        }
        return fixedPart
    }

    /// The length of everything but years and months, with the sign of the whole.
    var fixedPart: Duration {
        // The bound on parts keeps the sum below the largest Int64.
        let whole = days * 86_400 + hours * 3600 + minutes * 60 + seconds
        let length = Duration.seconds(whole) + .microseconds(microseconds)
        return isNegative ? .zero - length : length
    }
}

extension ISO8601Duration: CustomStringConvertible {
    /// ISO 8601 with the parts that are not 0, and `P0D` when all are: `P14D`, `PT12H`, `-PT0.5S`.
    public var description: String {
        var text = isNegative ? "-P" : "P"
        for (number, unit) in [(years, "Y"), (months, "M"), (days, "D")] where number > 0 { text += "\(number)\(unit)" }
        var time = ""
        for (number, unit) in [(hours, "H"), (minutes, "M")] where number > 0 { time += "\(number)\(unit)" }
        if microseconds > 0 {
            var digits = String(String(1_000_000 + microseconds).dropFirst())
            while digits.last == "0" { digits.removeLast() }
            time += "\(seconds).\(digits)S"
        } else if seconds > 0 {
            time += "\(seconds)S"
        }
        if !time.isEmpty { text += "T" + time }
        return text == "P" ? "P0D" : text
    }
}

extension ISO8601Duration: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(validating: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Duration {
    /// Reads a duration of ISO 8601 that has a fixed length.
    ///
    /// - Throws: ``MessageError`` with code `invalidTime`, naming the text and the column of what is wrong with it.
    public init(iso8601 text: String) throws(MessageError) {
        self = try ISO8601Duration(validating: text).duration()
    }

    /// The length in ISO 8601, in days of 24 hours: `P5DT12H`. What is finer than a microsecond is cut off.
    public var iso8601: String { ISO8601Duration(self).description }
}
