import ArgumentParser

/// Numbers on a command line; a refusal says how to write one, and within which bounds.
enum NumberOption {
    /// Reads digits.
    static func whole(_ text: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw ValidationError("write a whole number from \(range.lowerBound) to \(grouped(range.upperBound))")
        }
        return number
    }

    /// Reads a number with a fraction behind a dot if there is one.
    static func decimal(_ text: String, _ range: ClosedRange<Double>) throws -> Double {
        guard let number = Double(text), range.contains(number) else {
            throw ValidationError("write a number from \(range.lowerBound) to \(grouped(Int(range.upperBound)))")
        }
        return number
    }

    /// The digits in groups of three: `10,000`.
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in "\(number)".reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
