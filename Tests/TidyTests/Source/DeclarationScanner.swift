/// The declarations of a file that other packages can see, found by counting braces.
struct DeclarationScanner {
    struct Declaration: Equatable {
        /// The index of the line in which it begins.
        let line: Int
        /// `struct`, `func`, `var` and so on; `var` also for `let`.
        let keyword: String
        let name: String
        /// The headers of the types and extensions around it, the outermost first.
        let path: [String]
        /// Whether it is a requirement of a protocol, which has no access word of its own.
        var isRequirement = false
    }

    static let types: Set<String> = ["struct", "class", "enum", "protocol", "actor"]
    private static let members: Set<String> = [
        "func", "var", "let", "init", "subscript", "typealias", "associatedtype", "macro",
    ]
    private static let modifiers: Set<String> = [
        "public", "open", "package", "internal", "fileprivate", "private", "set)", "final", "static", "mutating",
        "nonmutating", "nonisolated", "indirect", "override", "convenience", "required", "lazy", "weak", "unowned",
    ]

    private let file: SourceFile
    private var found: [Declaration] = []
    /// The types and extensions that are open, with the depth of what stands in them.
    private var scopes: [(header: String, depth: Int, isProtocol: Bool)] = []
    private var depth = 0
    /// The header of a type or extension whose brace is still to come.
    private var pending: String?

    static func declarations(in file: SourceFile) -> [Declaration] {
        var scanner = DeclarationScanner(file: file)
        for (index, line) in file.code.enumerated() { scanner.read(line, index) }
        return scanner.found
    }

    private init(file: SourceFile) { self.file = file }

    private mutating func read(_ line: String, _ index: Int) {
        if isDeclaration { declare(line, index) }
        for character in line {
            if character == "{" {
                depth += 1
                if let header = pending {
                    scopes.append((header, depth, Self.words(header).contains("protocol")))
                    pending = nil
                }
            } else if character == "}" {
                if scopes.last?.depth == depth { scopes.removeLast() }
                depth -= 1
            }
        }
        // The header of a type may go on in the next line.
        if let header = pending, !header.hasSuffix(String(line.trimmed)) { pending = header + " " + line.trimmed }
    }

    /// Whether a line may declare something, because it stands at the top of the file, a type or an extension.
    private var isDeclaration: Bool { depth == (scopes.last?.depth ?? 0) && pending == nil }

    private mutating func declare(_ line: String, _ index: Int) {
        let words = Self.words(line)
        guard let at = words.firstIndex(where: { !Self.modifiers.contains($0) }) else { return }
        let keyword = words[at]
        let access = words[..<at]
        let name = Self.operatorName(line) ?? words.dropFirst(at + 1).first ?? keyword
        if Self.types.contains(keyword) || keyword == "extension" { pending = String(line.trimmed) }
        guard Self.types.contains(keyword) || Self.members.contains(keyword) else { return }
        let isRequirement = scopes.last?.isProtocol == true && isSeen(scopes.last)
        guard access.contains("public") || access.contains("open") || isRequirement else { return }
        found.append(
            Declaration(
                line: index, keyword: keyword == "let" ? "var" : keyword, name: name, path: scopes.map(\.header),
                isRequirement: isRequirement))
    }

    private func isSeen(_ scope: (header: String, depth: Int, isProtocol: Bool)?) -> Bool {
        Self.words(scope?.header ?? "").contains { $0 == "public" || $0 == "open" }
    }

    private static func operatorName(_ line: String) -> String? {
        guard let keyword = line.firstRange(of: "func ") else { return nil }
        let name = line[keyword.upperBound...].prefix { "=<>!&|+-*/%~^".contains($0) }
        return name.isEmpty ? nil : String(name)
    }

    /// The words of a line up to its first brace, without attributes.
    static func words(_ line: String) -> [String] {
        line.prefix { $0 != "{" }.split { " (:<,?!".contains($0) }.map(String.init).filter { !$0.hasPrefix("@") }
    }

    /// The type that a header declares or extends.
    static func subject(_ header: String) -> String? {
        words(header).drop { !types.contains($0) && $0 != "extension" }.dropFirst().first
    }
}
