/// A public type is found by the name of its file: `Type.swift`, or `Type+Topic.swift` for one whose declaration is
/// long; a type in an extension of another one also in `Outer+Inner.swift`. The builder of a type stands beside it.
enum FileNameRule {
    /// Types that are one thought with the file they stand in, by the file's path.
    static let families: [String: Set<String>] = [
        // They are words in an error of the compiler, about calls of the methods of that file.
        "Sources/SkeinCore/Processes/Flow+Activities.swift": [
            "TheResultOfAnActivityMustBeCodable", "OrThereMustBeNone",
        ]
    ]

    private static let types: Set<String> = ["struct", "class", "enum", "protocol", "actor"]

    static func check(_ file: SourceFile) -> [Violation] {
        guard file.isBelow("Sources") else { return [] }
        let parts = file.path.split(separator: "/").last?.split(separator: ".").first?.split(separator: "+") ?? []
        return DeclarationScanner.declarations(in: file).compactMap { type in
            guard types.contains(type.keyword), let home = home(of: type) else { return nil }
            let names = [home, type.name]
            if parts.contains(where: { names.contains(String($0)) || type.name == $0 + "Builder" }) { return nil }
            if families[file.path]?.contains(type.name) == true { return nil }
            return file.violation(
                type.line, "'\(type.name)' is public and stands in another type's file; move it to \(home).swift")
        }
    }

    /// The type by which the file is to be called; `nil` for one inside of another type, which has its place there.
    private static func home(of type: DeclarationScanner.Declaration) -> String? {
        guard let outer = type.path.first else { return type.name }
        let words = DeclarationScanner.words(outer)
        guard type.path.count == 1, let at = words.firstIndex(of: "extension") else { return nil }
        return words.dropFirst(at + 1).first.map { String($0.prefix { $0 != "." }) }
    }
}
