/// What `import Skein` shows fits in a head: a ceiling on the public declarations of the modules that come with it.
///
/// Counted are the types and their public members, and the requirements of public protocols. Counted apart, because
/// nobody writes their names:
/// - the members by which a type keeps a protocol (`==`, `encode(to:)`, the methods of a `Store`), and what a protocol
///   gives for a requirement that is left out;
/// - the methods of result builders, whose names the language gives;
/// - what the documentation does not show (`@_documentation(visibility: internal)`), and what only an import that asks
///   for it shows (`@_spi`), with its members.
///
/// The cases of an enumeration are part of it.
enum SurfaceRule {
    /// The modules that `Skein` re-exports, and itself.
    static let modules: Set<String> = ["Skein", "SkeinCore", "SkeinMessages", "SkeinSQLite"]

    /// The number reached, eleven of it for channels and remote components. Lower it with each declaration that goes.
    static let ceiling = 320

    /// Members of the standard library's protocols, by keyword and name; for an initialiser its first label.
    private static let standardMembers: Set<String> = [
        "func ==", "func <", "func hash", "func encode", "init from", "var description", "var debugDescription",
        "init rawValue", "init stringLiteral", "init integerLiteral",
    ]
    private static let builderMethods: Set<String> = [
        "buildExpression", "buildBlock", "buildOptional", "buildEither", "buildArray", "buildPartialBlock",
        "buildFinalResult", "buildLimitedAvailability",
    ]

    /// - Parameter files: all of `Sources`, since a protocol may stand in a module that is not counted.
    static func check(_ files: [SourceFile], ceiling: Int = ceiling) -> [Violation] {
        let counted = surface(files)
        guard counted.count > ceiling else { return [] }
        let largest = Dictionary(grouping: counted, by: \.file).map { ($0.value.count, $0.key) }
            .sorted { ($1.0, $0.1) < ($0.0, $1.1) }.prefix(3).map { "\($0.1) (\($0.0))" }.joined(separator: ", ")
        let way =
            "make package what no application, test or store adapter writes, or declare it in the module of those "
            + "for whom it is; where an application does need more, raise the ceiling in "
            + "Tests/TidyTests/Rules/SurfaceRule.swift. Most are in \(largest)"
        return [
            Violation(
                file: "Sources/Skein", line: 0,
                message: "`import Skein` shows \(counted.count) public declarations; at most \(ceiling): \(way)")
        ]
    }

    /// What is counted, in the order of files and lines.
    static func surface(_ files: [SourceFile]) -> [(file: String, declaration: DeclarationScanner.Declaration)] {
        let all = files.filter { $0.isBelow("Sources") }.map { ($0, DeclarationScanner.declarations(in: $0)) }
        var requirements: [String: Set<String>] = [:]
        var parents: [String: Set<String>] = [:]
        for (file, declarations) in all {
            for declaration in declarations {
                // Also of a type without members, of which no other declaration gives the header.
                if DeclarationScanner.types.contains(declaration.keyword) {
                    parents[declaration.name, default: []].formUnion(
                        DeclarationScanner.words(file.code[declaration.line]))
                }
                guard let header = declaration.path.last, let type = DeclarationScanner.subject(header) else {
                    continue
                }
                parents[type, default: []].formUnion(DeclarationScanner.words(header))
                if declaration.isRequirement { requirements[type, default: []].insert(key(declaration)) }
            }
        }
        let promises = parents.keys.reduce(into: [:]) { $0[$1] = promised($1, parents, requirements) }
        let hidden = Set(
            all.flatMap { file, declarations in declarations.filter { isHidden($0, in: file) }.map(\.name) })
        return all.filter { modules.contains($0.0.target) }.flatMap { file, declarations in
            declarations.filter { !isApart($0, in: file, promises, hidden) }.map { (file.path, $0) }
        }
    }

    private static func isApart(
        _ declaration: DeclarationScanner.Declaration, in file: SourceFile, _ promises: [String: Set<String>],
        _ hidden: Set<String>
    ) -> Bool {
        let key = key(declaration)
        if standardMembers.contains(key) || builderMethods.contains(declaration.name) { return true }
        if isHidden(declaration, in: file) { return true }
        let types = declaration.path.compactMap(DeclarationScanner.subject)
        if types.contains(where: { hidden.contains($0) }) { return true }
        guard !declaration.isRequirement, let type = declaration.path.last.flatMap(DeclarationScanner.subject) else {
            return false
        }
        return promises[type]?.contains(key) == true
    }

    /// Whether an attribute above a declaration, or before it, keeps it from who reads the documentation or imports.
    private static func isHidden(_ declaration: DeclarationScanner.Declaration, in file: SourceFile) -> Bool {
        let above = (0..<declaration.line).reversed().prefix { file.lines[$0].trimmed.hasPrefix("@") }
        return ([declaration.line] + above).contains { index in
            ["@_documentation(visibility: internal)", "@_spi("].contains { file.code[index].contains($0) }
        }
    }

    /// What the protocols of a type ask for, and those that they refine.
    private static func promised(
        _ type: String, _ parents: [String: Set<String>], _ requirements: [String: Set<String>]
    ) -> Set<String> {
        var (seen, open): (Set<String>, [String]) = ([type], [type])
        while let next = open.popLast() {
            open += (parents[next] ?? []).filter { seen.insert($0).inserted }
        }
        return seen.reduce(into: []) { $0.formUnion(requirements[$1] ?? []) }
    }

    private static func key(_ declaration: DeclarationScanner.Declaration) -> String {
        "\(declaration.keyword) \(declaration.name)"
    }
}
