import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    private static let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
    /// The pages of the modules, except the one whose code a test of its own runs.
    private static let pages = Repository.sourcePaths.filter {
        $0.contains(".docc/") && $0.hasSuffix(".md") && !$0.hasSuffix("/Trials.md")
    }

    /// The Swift blocks of a text, without their fences.
    private func blocks(_ text: String) -> [String] {
        text.components(separatedBy: "```swift\n").dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
    }

    /// The lines of a text as they stand whatever the code around them.
    private func unindented(_ text: String) -> String {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    @Test(
        "have only Swift code that stands in an example or a test, and is compiled there", arguments: documents + pages)
    func code(document: String) {
        let paths = Repository.swiftFiles.map(\.path).filter { $0.hasPrefix("Examples/") || $0.hasPrefix("Tests/") }
        let compiled = paths.map { unindented(Repository.text(of: $0)) }
        for block in blocks(Repository.text(of: document)) {
            let isCompiled = compiled.contains { $0.contains(unindented(block)) }
            #expect(isCompiled, "no example and no test contains this block of \(document):\n\(block)")
        }
    }

    @Test("of the modules are found")
    func modules() { #expect(Self.pages.contains("Sources/Skein/Skein.docc/Skein.md")) }

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
