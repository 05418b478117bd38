import Foundation
import Testing

@Suite("The documentation of Flow")
struct FlowExampleTests {
    private static let files = [
        "Flow", "Flow+Activities", "Flow+Compensation", "Flow+Requests", "Flow+Waiting", "Flow+Within", "On",
        "Reminders", "Reply", "TimeLimit", "Undo",
    ]

    @Test("shows examples, and each of them compiles", arguments: files)
    func examples(file: String) throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let compiled = try Self.lines(
            of: String(contentsOf: here.appending(path: "FlowExamples.swift"), encoding: .utf8)
        )
        .joined(separator: "\n")
        let root = here.appending(path: "../../..").standardized
        let source = root.appending(path: "Sources/SkeinCore/Processes/\(file).swift")
        let examples = try Self.examples(in: String(contentsOf: source, encoding: .utf8))
        #expect(!examples.isEmpty)
        for example in examples {
            #expect(compiled.contains(example), "copy it to FlowExamples.swift, so that the compiler reads it")
        }
    }

    /// The code blocks in the documentation comments of a file.
    private static func examples(in source: String) -> [String] {
        var examples: [String] = []
        var block: [String]?
        for line in lines(of: source) {
            let text = line.hasPrefix("///") ? line.dropFirst(3).trimmingCharacters(in: .whitespaces) : line
            switch (text, block) {
            case ("```swift", _): block = []
            case ("```", let lines?):
                examples.append(lines.joined(separator: "\n"))
                block = nil
            default: block?.append(lines(of: text).joined())
            }
        }
        return examples
    }

    /// The lines without their indentation and without comments at their ends.
    private static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let line = line.trimmingCharacters(in: .whitespaces)
            guard !line.hasPrefix("///"), let comment = line.range(of: "  // ") else { return line }
            return line[..<comment.lowerBound].trimmingCharacters(in: .whitespaces)
        }
    }
}
