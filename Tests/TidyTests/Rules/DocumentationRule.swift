/// Every public declaration has a documentation comment.
///
/// Exempt, since a comment could only repeat the name: initialisers, `==` and `<`, `description`, `hash(into:)`,
/// `encode(to:)`, and the methods of a result builder, whose names the language gives.
enum DocumentationRule {
    static let exempt = [
        "init(", "init?(", "init<", "static func ==", "static func <", "var description:", "var debugDescription:",
        "func hash(into", "func encode(to", "static func buildBlock", "static func buildExpression",
        "static func buildOptional", "static func buildEither", "static func buildArray",
        "static func buildPartialBlock",
        "static func buildFinalResult", "static func buildLimitedAvailability",
    ]
    static let keywords: Set<Substring> = [
        "func", "var", "let", "struct", "class", "enum", "protocol", "actor", "typealias", "associatedtype", "macro",
        "subscript", "case", "init",
    ]

    static func check(_ file: SourceFile) -> [Violation] {
        guard file.isBelow("Sources") else { return [] }
        return file.code.indices.compactMap { index in
            guard let declaration = publicDeclaration(file.code[index]) else { return nil }
            if exempt.contains(where: declaration.hasPrefix) || isDocumented(file, index) { return nil }
            let name = declaration.prefix { $0 != "{" && $0 != "=" && $0 != "(" }
            return file.violation(index, "'\(name.trimmed)' is public and has no '///' that adds something to its name")
        }
    }

    /// What follows `public` or `open` in a line that declares something.
    private static func publicDeclaration(_ line: String) -> String? {
        guard line.contains("public ") || line.contains("open ") else { return nil }
        let words = line.split(separator: " ")
        guard let access = words.firstIndex(where: { $0 == "public" || $0 == "open" }),
            words[..<access].allSatisfy({ $0.hasPrefix("@") || $0 == "final" || $0 == "nonisolated" })
        else { return nil }
        var rest = words[(access + 1)...]
        while let first = rest.first, ["final", "nonisolated", "mutating", "indirect", "override"].contains(first) {
            rest = rest.dropFirst()
        }
        let head = rest.drop { $0 == "static" || $0 == "convenience" || $0.hasPrefix("private(set)") }
        guard let keyword = head.first?.prefix(while: { $0.isLetter }), keywords.contains(keyword) else { return nil }
        return rest.joined(separator: " ")
    }

    private static func isDocumented(_ file: SourceFile, _ index: Int) -> Bool {
        var above = index - 1
        while above >= 0 {
            let text = file.lines[above].trimmed
            if text.hasPrefix("///") || text.hasSuffix("*/") { return true }
            let isPassed = text.hasPrefix("@") || text.hasPrefix("#if") || text.hasPrefix("//")
            guard isPassed || isInAttribute(file, above) else { return false }
            above -= 1
        }
        return false
    }

    /// Whether a line continues an attribute that is spread over several lines.
    private static func isInAttribute(_ file: SourceFile, _ index: Int) -> Bool {
        for start in stride(from: index, through: max(0, index - 8), by: -1)
        where file.code[start].trimmed.hasPrefix("@") {
            let text = file.code[start...index].joined()
            return text.filter { $0 == "(" }.count == text.filter { $0 == ")" }.count && text.trimmed.hasSuffix(")")
                || text.filter { $0 == "(" }.count > text.filter { $0 == ")" }.count
        }
        return false
    }
}

extension StringProtocol {
    var trimmed: Substring { String(self).trimmed }
}
