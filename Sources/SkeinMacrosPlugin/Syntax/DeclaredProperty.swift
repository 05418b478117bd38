import SwiftSyntax

/// A property that the body of a type declares, as far as its syntax shows it.
struct DeclaredProperty {
    let name: String
    /// Where the name stands.
    let place: TokenSyntax
    /// The annotated type; `nil` where it is inferred.
    let type: TypeSyntax?
    /// Whether it belongs to the type (`static`, `class`) rather than to its values.
    let isStatic: Bool

    /// Whether its type, as far as it is visible, is `String` or `String?`.
    var mayBeString: Bool {
        guard let type else { return true }
        return ["String", "Swift.String", "String?", "Swift.String?", "Optional<String>"].contains(
            type.trimmedDescription)
    }
}

extension DeclGroupSyntax {
    /// The properties in the body, those of `#if` blocks included; for an enum also its cases, which are static
    /// members too.
    var declaredProperties: [DeclaredProperty] {
        allMembers.flatMap { member -> [DeclaredProperty] in
            if let cases = member.as(EnumCaseDeclSyntax.self) {
                return cases.elements.map {
                    DeclaredProperty(name: $0.name.plainText, place: $0.name, type: nil, isStatic: true)
                }
            }
            return member.as(VariableDeclSyntax.self)?.declaredProperties ?? []
        }
    }

    /// Where the body declares a type (nested or by alias) of the given name.
    func declaredType(named name: String) -> TokenSyntax? {
        allMembers.lazy.compactMap { $0.asProtocol((any NamedDeclSyntax).self)?.name }
            .first { $0.plainText == name }
    }

    /// The declarations in the body, those of all branches of `#if` blocks included.
    var allMembers: [DeclSyntax] { memberBlock.members.flatMap(\.declarations) }
}

extension MemberBlockItemSyntax {
    fileprivate var declarations: [DeclSyntax] {
        decl.as(IfConfigDeclSyntax.self)?.declarations ?? [decl]
    }
}

extension IfConfigDeclSyntax {
    /// The declarations of all branches.
    var declarations: [DeclSyntax] {
        clauses.flatMap { clause -> [DeclSyntax] in
            guard case .decls(let members) = clause.elements else { return [] }
            return members.flatMap(\.declarations)
        }
    }
}

extension VariableDeclSyntax {
    fileprivate var declaredProperties: [DeclaredProperty] {
        let isStatic = modifiers.containsAny(.static, .class)
        // In `let a, b: String` the annotation stands behind the last name and holds for all of them.
        var type: TypeSyntax?
        var properties: [DeclaredProperty] = []
        for binding in bindings.reversed() {
            if let annotation = binding.typeAnnotation { type = annotation.type }
            if binding.typeAnnotation == nil, binding.initializer != nil { type = nil }
            guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else { continue }
            properties.append(DeclaredProperty(name: name.plainText, place: name, type: type, isStatic: isStatic))
        }
        return properties.reversed()
    }
}

extension TokenSyntax {
    /// The identifier without backticks.
    var plainText: String { identifier?.name ?? text }
}

extension DeclModifierListSyntax {
    func containsAny(_ keywords: Keyword...) -> Bool {
        contains { modifier in keywords.contains { modifier.name.tokenKind == .keyword($0) } }
    }
}
