/// Rules about the package as a whole: its manifest, its root and its files.
enum PackageRules {
    /// The exact spelling; the compiler ignores a flag that it does not know.
    static let flags = [
        ".swiftLanguageMode(.v6)",
        ".enableUpcomingFeature(\"ExistentialAny\")",
        ".enableUpcomingFeature(\"MemberImportVisibility\")",
        ".enableUpcomingFeature(\"InternalImportsByDefault\")",
        ".enableUpcomingFeature(\"NonisolatedNonsendingByDefault\")",
    ]

    static let guardFile = "LanguageModeGuard.swift"

    static let rootEntries: Set<String> = [
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Package.swift", "Makefile",
        "Sources", "Tests", "Examples", "Benchmarks", "Scripts", "docs", ".ci", ".gitignore", ".swift-format",
    ]

    /// What version control ignores: it may lie in the root of a working copy.
    static let ignoredEntries: Set<String> = [".git", ".swiftpm", "Package.resolved", "demo", ".DS_Store"]

    static func manifest(_ text: String) -> [Violation] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("let settings: [SwiftSetting] = [") }),
            let end = lines[start...].firstIndex(of: "]")
        else { return [Violation(file: "Package.swift", line: 0, message: "there is no array 'settings'")] }
        let listed = Set(lines[start...end].map { $0.trimmed.drop { $0 == " " }.split(separator: ",").first ?? "" })
        let missing = flags.filter { !listed.contains(Substring($0)) }.map { flag in
            Violation(file: "Package.swift", line: start + 1, message: "'settings' does not list \(flag)")
        }
        return missing + targets(lines)
    }

    /// Every target that is compiled uses `settings`.
    private static func targets(_ lines: [String]) -> [Violation] {
        let kinds = [".target(", ".testTarget(", ".executableTarget(", ".macro("]
        return lines.indices.compactMap { index in
            guard let kind = kinds.first(where: { lines[index].trimmed.hasPrefix($0) && !isProduct(lines, index) })
            else { return nil }
            let call = callText(lines, from: index)
            guard call.contains("name:"), !call.contains("swiftSettings: settings") else { return nil }
            // A module of C, by its name; the settings are Swift's.
            guard call.firstMatch(of: /name: "C[A-Z]/) == nil else { return nil }
            return Violation(
                file: "Package.swift", line: index + 1, message: "'\(kind)' lacks 'swiftSettings: settings'")
        }
    }

    /// `.target(name: …)` inside a list of dependencies is a reference, not a target.
    private static func isProduct(_ lines: [String], _ index: Int) -> Bool {
        lines[index].prefix { $0 == " " }.count > 8
    }

    private static func callText(_ lines: [String], from start: Int) -> String {
        var (text, depth) = ("", 0)
        for line in lines[start...] {
            text += line + "\n"
            depth += line.filter { $0 == "(" }.count - line.filter { $0 == ")" }.count
            if depth <= 0 { break }
        }
        return text
    }

    /// Every module below `Sources` that holds Swift has the guard that makes a misspelt flag an error.
    static func guards(_ paths: [String], text: (String) -> String) -> [Violation] {
        let modules = Set(paths.filter { $0.hasSuffix(".swift") }.map { String($0.split(separator: "/")[1]) })
        return modules.sorted().compactMap { module in
            let path = "Sources/\(module)/\(guardFile)"
            let content = text(path)
            let features = ["ExistentialAny", "MemberImportVisibility", "InternalImportsByDefault"]
            let complete = (features + ["NonisolatedNonsendingByDefault"]).allSatisfy {
                content.contains("!hasFeature(\($0))")
            }
            return complete ? nil : Violation(file: path, line: 0, message: "the guard is missing or incomplete")
        }
    }

    static func root(_ entries: [String]) -> [Violation] {
        entries.filter { entry in
            let isBuild = entry == ".build" || entry.hasPrefix(".build-") || entry.hasPrefix(".build_")
            return !isBuild && !rootEntries.contains(entry) && !ignoredEntries.contains(entry)
        }.map { Violation(file: $0, line: 0, message: "does not belong into the root; move it or list it") }
    }

    /// A Swift file without a declaration, or a file of a kind that nothing reads.
    static func deadFiles(_ paths: [String], text: (String) -> String) -> [Violation] {
        let read: Set<Substring> = [
            "md", "h", "c", "modulemap", "sql", "html", "css", "js", "svg", "bpmn", "dmn", "json",
        ]
        return paths.compactMap { path in
            if path.contains(".docc/") { return nil }
            let kind = path.split(separator: ".").last ?? ""
            if kind == "swift" {
                guard !declares(SourceFile(path, text(path))) else { return nil }
                return Violation(file: path, line: 0, message: "declares nothing; remove it")
            }
            return read.contains(kind)
                ? nil : Violation(file: path, line: 0, message: "nothing reads this kind of file")
        }
    }

    private static func declares(_ file: SourceFile) -> Bool {
        let words: Set<Substring> = [
            "func", "struct", "class", "enum", "protocol", "extension", "typealias", "actor", "macro", "let", "var",
            "@_exported", "@main", "await", "try",
        ]
        return file.code.contains { line in
            line.split(separator: " ").contains { words.contains($0) || $0.hasPrefix("#error(") }
        }
    }
}
