/// A repeating interval of ISO 8601-1, section 5.6: `R5/PT10S`, `R/2026-01-01T00:00:00Z/P1D`.
///
/// With a start, the first occurrence is the start itself. Without one, it is one period after whatever the repetition
/// is counted from. `R5` has five occurrences, `R0` none, `R` has no end.
public struct ISO8601Repetition: Hashable, Sendable {
    /// How many occurrences there are; `nil` for no end.
    package let count: Int?
    /// The first occurrence, if the text names it.
    package let start: Timestamp?
    /// From one occurrence to the next; longer than zero.
    package let period: ISO8601Duration

    /// Reads `R[n]/period`, `R[n]/start/period` or `R[n]/start/end`. Times are those of RFC 3339, with an offset.
    ///
    /// - Throws: ``MessageError`` with code `invalidTime`, naming the text and the column of what is wrong with it.
    public init(validating text: String) throws(MessageError) {
        do {
            self = try Self.parse(text)
        } catch {
            throw MessageError(.invalidTime, "'\(text)' is not a repetition: column \(error.column): \(error.problem)")
        }
    }

    /// One of the occurrences, counted from 0.
    ///
    /// Each is computed from the first, so that a repetition of months that begins on the 31st comes back to the 31st.
    /// - Parameters:
    ///   - index: At least 0.
    ///   - anchor: What a repetition without a start is counted from.
    /// - Returns: `nil` after the last one, or beyond the range of timestamps.
    package func occurrence(_ index: Int, from anchor: Timestamp) -> Timestamp? {
        precondition(index >= 0, "occurrences are counted from 0")
        if let count, index >= count { return nil }
        let times = start == nil ? Int64(index).addingReportingOverflow(1).partialValue : Int64(index)
        guard times >= 0 else { return nil }
        let time = (start ?? anchor).advanced(by: period, times: times)
        return time.microseconds == .max ? nil : time
    }

    /// The first occurrence that is later than the given time.
    ///
    /// Takes time only in the logarithm of the number of occurrences passed over.
    /// - Parameters:
    ///   - time: An occurrence at this very time is passed over.
    ///   - anchor: What a repetition without a start is counted from.
    /// - Returns: `nil` when there is none.
    package func next(after time: Timestamp, from anchor: Timestamp) -> (index: Int, time: Timestamp)? {
        func isLater(_ index: Int) -> Bool { occurrence(index, from: anchor).map { $0 > time } ?? true }
        var (low, high) = (0, 1)
        while high <= Int.max / 2, !isLater(high - 1) { (low, high) = (high, high * 2) }
        while low < high {
            let middle = low + (high - low) / 2
            if isLater(middle) { high = middle } else { low = middle + 1 }
        }
        return occurrence(low, from: anchor).map { (low, $0) }
    }
}

extension ISO8601Repetition: CustomStringConvertible {
    /// Reads back as an equal repetition; an end is written as the period that it stands for.
    public var description: String {
        let head = "R" + (count.map(String.init) ?? "")
        return ([head] + (start.map { [$0.description] } ?? []) + [period.description]).joined(separator: "/")
    }
}

extension ISO8601Repetition: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(validating: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ISO8601Repetition {
    private init(count: Int?, start: Timestamp?, period: ISO8601Duration) {
        (self.count, self.start, self.period) = (count, start, period)
    }

    private static func parse(_ text: String) throws(ISO8601SyntaxError) -> ISO8601Repetition {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let columns = parts.map { text.distance(from: text.startIndex, to: $0.startIndex) + 1 }
        let count = try count(parts[0])
        switch parts.count {
        case 2:
            return ISO8601Repetition(count: count, start: nil, period: try period(parts[1], columns[1]))
        case 3 where parts[1].hasPrefix("P"):
            throw ISO8601SyntaxError(
                column: columns[1], problem: "a period before an end has no beginning; write R5/start/period")
        case 3:
            let start = try time(parts[1], columns[1])
            guard !parts[2].hasPrefix("P"), !parts[2].hasPrefix("-P") else {
                return ISO8601Repetition(count: count, start: start, period: try period(parts[2], columns[2]))
            }
            let end = try time(parts[2], columns[2])
            guard end > start else {
                throw ISO8601SyntaxError(column: columns[2], problem: "the end is not after the start")
            }
            return ISO8601Repetition(count: count, start: start, period: ISO8601Duration(end.since(start)))
        default:
            throw ISO8601SyntaxError(
                column: parts.count > 3 ? columns[3] : text.count + 1,
                problem: "write R5/period, R5/start/period or R5/start/end")
        }
    }

    private static func count(_ text: Substring) throws(ISO8601SyntaxError) -> Int? {
        guard text.first == "R" else {
            throw ISO8601SyntaxError(column: 1, problem: "a repetition begins with 'R', like R5/PT10S")
        }
        let digits = text.dropFirst()
        if digits.isEmpty { return nil }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.utf8.count <= 9, let count = Int(digits)
        else {
            throw ISO8601SyntaxError(column: 2, problem: "'\(digits)' is not a number of at most nine digits")
        }
        return count
    }

    private static func period(_ text: Substring, _ column: Int) throws(ISO8601SyntaxError) -> ISO8601Duration {
        do {
            let period = try ISO8601Duration.parse(text)
            if period != .zero, !period.isNegative { return period }
        } catch {
            throw ISO8601SyntaxError(column: column + error.column - 1, problem: error.problem)
        }
        throw ISO8601SyntaxError(column: column, problem: "the period must be longer than zero")
    }

    private static func time(_ text: Substring, _ column: Int) throws(ISO8601SyntaxError) -> Timestamp {
        if let time = try? Timestamp(rfc3339: String(text)) { return time }
        throw ISO8601SyntaxError(
            column: column, problem: "'\(text)' is not a time with an offset, like 2026-03-01T12:00:00Z")
    }
}
