/// Which target may import what: a ring imports only rings inside it.
enum ImportRules {
    /// Parts of the standard library, open to all.
    static let standardLibrary: Set<String> = [
        "Swift", "Synchronization", "RegexBuilder", "Observation", "Distributed",
    ]
    static let systemLibraries: Set<String> = ["Glibc", "Musl", "Darwin"]
    static let syntaxLibraries: Set<String> = [
        "SwiftSyntax", "SwiftSyntaxBuilder", "SwiftSyntaxMacros", "SwiftSyntaxMacroExpansion", "SwiftCompilerPlugin",
        "SwiftDiagnostics", "SwiftOperators", "SwiftParser", "SwiftBasicFormat",
    ]
    static let coreLibraries: Set<String> = [
        "FoundationEssentials", "Foundation", "Logging", "Metrics", "DequeModule", "HeapModule", "ServiceLifecycle",
    ]

    /// The imports of each target below `Sources`, beside the standard library. A new target gets a row here.
    static let allowed: [String: Set<String>] = [
        // Ring 0: values.
        "FEEL": [],
        "BPMN": ["CExpat"],
        "SkeinMessages": ["FoundationEssentials", "Foundation"],
        "SkeinCloudEvents": ["FoundationEssentials", "Foundation", "SkeinMessages"],
        // Ring 1: the contract of stores, operators' actions, the core and its macros.
        "SkeinStorage": ["FoundationEssentials", "Foundation", "SkeinMessages"],
        "SkeinTransport": ["FoundationEssentials", "Foundation", "SkeinMessages"],
        "SkeinActions": ["FoundationEssentials", "Foundation", "SkeinMessages", "SkeinStorage"],
        "SkeinCore": coreLibraries.union([
            "FEEL", "BPMN", "SkeinActions", "SkeinCloudEvents", "SkeinMessages", "SkeinStorage", "SkeinTransport",
        ]),
        "SkeinMacros": ["SkeinCore"],
        "SkeinMacrosPlugin": syntaxLibraries,
        // Ring 2: adapters.
        "SkeinSQLite": coreLibraries.union(systemLibraries).union([
            "CFileStatus", "SkeinCloudEvents", "SkeinCore", "SkeinMessages", "SkeinStorage", "GRDB", "GRDBSQLite",
        ]),
        "SkeinKafka": systemLibraries.union([
            "FoundationEssentials", "Foundation", "DequeModule", "CRdKafka", "SkeinCloudEvents", "SkeinMessages",
            "SkeinTransport",
        ]),
        "SkeinActiveMQ": systemLibraries.union([
            "FoundationEssentials", "Foundation", "DequeModule", "SkeinCloudEvents", "SkeinMessages", "SkeinTransport",
            "NIOCore", "NIOPosix", "NIOSSL",
        ]),
        // What operators' tools import.
        "SkeinOperator": coreLibraries.union(systemLibraries).union([
            "SkeinActions", "SkeinCore", "SkeinMessages", "SkeinSQLite", "SkeinStorage", "GRDB", "GRDBSQLite",
        ]),
        // What users and their tests import.
        "Skein": systemLibraries.union([
            "SkeinCore", "SkeinOperator", "SkeinSQLite", "SkeinStorage", "ServiceLifecycle", "UnixSignals",
        ]),
        "SkeinTesting": coreLibraries.union([
            "SkeinActions", "SkeinCore", "SkeinMessages", "SkeinStorage", "SkeinTransport",
        ]),
    ]

    /// The edges import whatever they need, except the syntax libraries.
    static let edges: Set<String> = ["SkeinServer", "SkeinCLI"]

    /// Where a single file may import more than its target, with the reason.
    static let exceptions: [String: Set<String>] = [
        // Blocking work and timers need threads and alarms of the system.
        "Sources/SkeinCore/Execution/Worker.swift": systemLibraries.union(["Dispatch"]),
        "Sources/SkeinCore/Time/SystemClock.swift": ["Dispatch"],
        // Random numbers come from the system, many at a time.
        "Sources/SkeinCore/Execution/SystemRandom.swift": systemLibraries,
        // The processor time of a thread comes from the C library.
        "Sources/SkeinCore/Execution/ThreadTime.swift": systemLibraries,
        // Which thread asks is known to the C library.
        "Sources/SkeinCore/Execution/CurrentThread.swift": systemLibraries,
        // Keys are compared as bytes, by the C library.
        "Sources/SkeinTesting/Stores/OrderedKey.swift": systemLibraries,
    ]

    /// The targets that may use the whole of Foundation.
    static let foundationEdges = edges

    static func rings(_ file: SourceFile) -> [Violation] {
        guard file.isBelow("Sources") else { return syntax(file) }
        if edges.contains(file.target) { return syntax(file) }
        guard let allowed = allowed[file.target] else {
            let way = "give it a row in Tests/TidyTests/Rules/ImportRules.swift"
            return [Violation(file: file.path, line: 0, message: "the target \(file.target) is in no ring; \(way)")]
        }
        let all = allowed.union(standardLibrary).union(exceptions[file.path] ?? [])
        return imports(of: file).filter { !all.contains($0.module) }.map { line, module in
            file.violation(line, "\(file.target) must not import \(module): it is outside its ring")
        }
    }

    /// Everything but the macro plug-in and its tests stays free of the syntax libraries.
    private static func syntax(_ file: SourceFile) -> [Violation] {
        guard file.target != "SkeinMacrosTests" else { return [] }
        return imports(of: file).filter { syntaxLibraries.contains($0.module) }.map { line, module in
            file.violation(line, "only SkeinMacrosPlugin and its tests may import \(module)")
        }
    }

    static func foundation(_ file: SourceFile) -> [Violation] {
        guard file.isBelow("Sources"), !foundationEdges.contains(file.target) else { return [] }
        var branches: [(condition: String, isElse: Bool)] = []
        var violations: [Violation] = []
        let imports = Dictionary(
            imports(of: file).map { ($0.line, $0.module) }, uniquingKeysWith: { first, _ in first })
        for (index, line) in file.code.enumerated() {
            let text = line.trimmed
            if text.hasPrefix("#if ") {
                branches.append((String(text.dropFirst(4)), false))
            } else if text.hasPrefix("#else"), let last = branches.popLast() {
                branches.append((last.condition, text == "#else"))
            } else if text == "#endif" {
                _ = branches.popLast()
            } else if imports[index] == "Foundation" {
                let isFallback = branches.contains { $0.condition == "canImport(FoundationEssentials)" && $0.isElse }
                if !isFallback {
                    let way = "import FoundationEssentials under canImport, Foundation only in its #else"
                    violations.append(file.violation(index, "the whole of Foundation is imported; \(way)"))
                }
            }
        }
        return violations
    }

    static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
        file.code.enumerated().compactMap { index, line in
            guard line.contains("import ") else { return nil }
            var words = line.split(separator: " ").filter { !$0.hasPrefix("@") }[...]
            if let first = words.first, ["public", "package", "internal", "fileprivate", "private"].contains(first) {
                words = words.dropFirst()
            }
            guard words.first == "import" else { return nil }
            words = words.dropFirst()
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            if let kind = words.first, kinds.contains(kind) { words = words.dropFirst() }
            return words.first.map { (index, String($0.prefix { $0 != "." })) }
        }
    }
}
