extension ISO8601Duration {
    /// Reads ISO 8601-1, section 5.5.2, and nothing else: units in capitals and in their order, each at most once,
    /// weeks alone, a fraction (at most six digits, after `.` or `,`) only of seconds. A leading `-` is allowed
    /// (ISO 8601-2).
    ///
    /// - Throws: ``MessageError`` with code `invalidTime`, naming the text and the column of what is wrong with it.
    public init(validating text: String) throws(MessageError) {
        do {
            self = try Self.parse(text[...])
        } catch {
            throw MessageError(.invalidTime, "'\(text)' is not a duration: column \(error.column): \(error.problem)")
        }
    }

    static func parse(_ text: Substring) throws(ISO8601SyntaxError) -> ISO8601Duration {
        var parser = DurationParser(text)
        return try parser.duration()
    }
}

/// What is wrong with a text, and where.
struct ISO8601SyntaxError: Error {
    /// Counted in characters from 1.
    let column: Int
    let problem: String
}

/// Reads one duration from left to right.
private struct DurationParser {
    private let characters: [Character]
    private var index = 0
    private var parts: [Character: Int64] = [:]
    private var microseconds: Int64 = 0

    init(_ text: Substring) { characters = Array(text) }

    mutating func duration() throws(ISO8601SyntaxError) -> ISO8601Duration {
        let isNegative = take("-")
        guard take("P") else { throw error("a duration begins with 'P', like P14D or PT12H") }
        try units("YMWD", isTime: false)
        if parts["W"] != nil, parts.count > 1 || peek != nil {
            throw ISO8601SyntaxError(column: 1, problem: "weeks stand alone; write days instead")
        }
        let (months, days) = (parts["M"] ?? 0, (parts["D"] ?? 0) + (parts["W"] ?? 0) * 7)
        guard days <= ISO8601Duration.maximumPart else {
            throw ISO8601SyntaxError(
                column: 1, problem: "these weeks are more than \(ISO8601Duration.maximumPart) days")
        }
        let years = parts["Y"] ?? 0
        let hasDate = !parts.isEmpty
        parts = [:]
        if take("T") {
            try units("HMS", isTime: true)
            guard !parts.isEmpty else { throw error("hours, minutes or seconds must follow 'T'") }
        }
        if let next = peek { throw error("'\(next)' was not expected here") }
        guard hasDate || !parts.isEmpty else { throw error("at least one number with its unit must follow, like P14D") }
        return ISO8601Duration(
            years: years, months: months, days: days, hours: parts["H"] ?? 0, minutes: parts["M"] ?? 0,
            seconds: parts["S"] ?? 0, microseconds: microseconds, isNegative: isNegative)
    }

    /// Reads numbers with units, which must come in the given order.
    private mutating func units(_ units: String, isTime: Bool) throws(ISO8601SyntaxError) {
        var rest = units[...]
        while let next = peek, isDigit(next) || next == "." || next == "," || next == "-" || next == "+" {
            let (start, number, hasFraction) = (index, try self.number(), try fraction())
            guard let unit = peek else {
                throw error("the unit is missing; one of \(list(rest)) must follow the number")
            }
            guard let place = rest.firstIndex(of: unit) else { throw error(problem(unit, rest, isTime: isTime)) }
            guard !hasFraction || unit == "S" else {
                throw ISO8601SyntaxError(column: start + 1, problem: "only seconds may have a fraction")
            }
            parts[unit] = number
            rest = rest[rest.index(after: place)...]
            index += 1
        }
    }

    private func problem(_ unit: Character, _ rest: Substring, isTime: Bool) -> String {
        if !isTime, unit == "H" || unit == "S" { return "'\(unit)' is a unit of time; write 'T' before it, like PT12H" }
        if rest.isEmpty { return "no unit may follow; units stand in the order of their length" }
        return "'\(unit)' is not one of the units \(list(rest)) that may follow here"
    }

    private mutating func number() throws(ISO8601SyntaxError) -> Int64 {
        let start = index
        var number: Int64 = 0
        while let next = peek, isDigit(next) {
            number = number * 10 + Int64(next.wholeNumberValue ?? 0)
            guard number <= ISO8601Duration.maximumPart else {
                throw ISO8601SyntaxError(column: start + 1, problem: "the number has more than 14 digits")
            }
            index += 1
        }
        guard index > start else { throw error("a number must begin with a digit") }
        return number
    }

    private mutating func fraction() throws(ISO8601SyntaxError) -> Bool {
        guard take(".") || take(",") else { return false }
        var (scale, count): (Int64, Int) = (100_000, 0)
        while let next = peek, isDigit(next) {
            guard count < 6 else { throw error("a fraction has at most six digits") }
            microseconds += Int64(next.wholeNumberValue ?? 0) * scale
            (scale, count) = (scale / 10, count + 1)
            index += 1
        }
        guard count > 0 else { throw error("a fraction needs a digit") }
        return true
    }

    private mutating func take(_ character: Character) -> Bool {
        guard peek == character else { return false }
        index += 1
        return true
    }

    private var peek: Character? { index < characters.count ? characters[index] : nil }

    private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) && character.isASCII }

    private func list(_ units: Substring) -> String { units.map { "'\($0)'" }.joined(separator: ", ") }

    private func error(_ problem: String) -> ISO8601SyntaxError {
        ISO8601SyntaxError(column: index + 1, problem: problem)
    }
}
