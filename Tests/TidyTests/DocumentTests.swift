import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    private static let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]

    /// The Swift blocks of a text, without their fences.
    private func blocks(_ text: String) -> [String] {
        text.components(separatedBy: "```swift\n").dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
    }

    @Test("have only Swift code that stands in an example, and is compiled there", arguments: documents)
    func code(document: String) {
        let paths = Repository.swiftFiles.map(\.path).filter { $0.hasPrefix("Examples/") }
        let examples = paths.map { Repository.text(of: $0) }
        for block in blocks(Repository.text(of: document)) {
            let isCompiled = examples.contains { $0.contains(block) }
            #expect(isCompiled, "no example contains this block of \(document):\n\(block)")
        }
    }

    @Test("name only files that are there", arguments: documents)
    func paths(document: String) {
        let names = Repository.text(of: document).split(separator: "`").filter {
            ($0.hasPrefix("Sources/") || $0.hasPrefix("Tests/") || $0.hasPrefix("Examples/")) && !$0.contains("*")
                && !$0.contains("\n")
        }
        for name in names {
            let path = Repository.root.appending(path: String(name)).path
            #expect(FileManager.default.fileExists(atPath: path), "\(document) names \(name)")
        }
    }

    @Test("the README has a program to begin with")
    func firstProgram() {
        #expect(blocks(Repository.text(of: "README.md")).count >= 1)
    }
}
