import SkeinCore

/// The column `completed` of a position: ascending numbers with runs written short, `12,14-20`.
enum CompletedText {
    static func encode(_ numbers: [Int64]) -> String {
        var text = ""
        var index = 0
        while index < numbers.count {
            var last = index
            while last + 1 < numbers.count, numbers[last + 1] == numbers[last] + 1 { last += 1 }
            if !text.isEmpty { text += "," }
            text += String(numbers[index])
            if last > index { text += "-" + String(numbers[last]) }
            index = last + 1
        }
        return text
    }

    static func decode(_ text: String) throws -> [Int64] {
        var numbers: [Int64] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").map { Int64($0) }
            guard ends.count == 1 || ends.count == 2, let first = ends[0], let last = ends[ends.count - 1],
                first <= last
            else {
                throw StoreError(.corrupt, "'\(part)' in a position's completed column is no number and no range")
            }
            numbers.append(contentsOf: first...last)
        }
        return numbers
    }
}
