/// A place where a rule is broken.
struct Violation: CustomStringConvertible, Equatable {
    let file: String
    /// Counted from 1; 0 for the file as a whole.
    let line: Int
    /// What is wrong and the way out.
    let message: String

    var description: String { line == 0 ? "\(file): \(message)" : "\(file):\(line): \(message)" }
}

extension [Violation] {
    /// One violation a line, as the text of a failing test.
    var report: String { "\n" + map(\.description).joined(separator: "\n") }
}
