import SwiftDiagnostics
import SwiftParser
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros

@testable import SkeinMacrosPlugin

/// What the macros make of a source text.
struct Expansion {
    /// The text with every macro expanded.
    let text: String
    /// Each diagnostic as "line:column severity: message", in the order of their reports.
    let diagnostics: [String]
    /// The text, unexpanded, with all fix-its applied.
    let fixed: String

    init(_ source: String) {
        let file = Parser.parse(source: source)
        let root = BasicMacroExpansionContext(sourceFiles: [
            file: BasicMacroExpansionContext.KnownSourceFile(moduleName: "Tests", fullFilePath: "Tests.swift")
        ])
        let expanded = file.expand(
            macroSpecs: Self.macros,
            contextGenerator: { node in
                BasicMacroExpansionContext(sharingWith: root, lexicalContext: node.allMacroLexicalContexts())
            },
            indentationWidth: .spaces(4))
        text = String(expanded.description.drop { $0 == "\n" })
        diagnostics = root.diagnostics.map { diagnostic in
            let place = root.location(for: diagnostic.position, anchoredAt: diagnostic.node, fileName: "")
            return "\(place.line):\(place.column) \(diagnostic.diagMessage.severity): \(diagnostic.message)"
        }
        let edits = root.diagnostics.flatMap(\.fixIts).flatMap(\.changes).compactMap { change -> (Int, Int, String)? in
            guard case .replace(let old, let new) = change else { return nil }
            let start = root.location(for: old.position, anchoredAt: old, fileName: "").offset
            return (start, start + old.totalLength.utf8Length, new.description)
        }
        var bytes = Array(source.utf8)
        for (start, end, new) in edits.sorted(by: { $0.0 > $1.0 }) {
            bytes.replaceSubrange(start..<end, with: new.utf8)
        }
        fixed = String(decoding: bytes, as: UTF8.self)
    }

    private static let macros: [String: MacroSpec] = [
        "Event": MacroSpec(type: EventMacro.self, conformances: ["Event"]),
        "Command": MacroSpec(type: CommandMacro.self, conformances: ["Command"]),
        "Query": MacroSpec(type: QueryMacro.self, conformances: ["Query"]),
        "Document": MacroSpec(type: DocumentMacro.self, conformances: ["Document"]),
        "Handlers": MacroSpec(type: HandlersMacro.self, conformances: ["HandlerGroup"]),
        "Handles": MacroSpec(type: HandlesMacro.self),
    ]
}
