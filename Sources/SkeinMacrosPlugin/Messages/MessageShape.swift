import SwiftDiagnostics
import SwiftSyntax

/// Which types can be messages: structs and enums that are not generic, of one kind only.
enum MessageShape {
    static func problem(
        of declaration: some DeclGroupSyntax, attribute: AttributeSyntax, _ kind: MessageKind,
        in lexicalContext: [Syntax]
    ) -> Diagnostic? {
        problem(ofForm: declaration, kind)
            ?? problem(ofGenerics: declaration, around: lexicalContext, attribute, kind)
            ?? problem(ofKinds: declaration, attribute, kind)
    }

    private static func problem(ofForm declaration: some DeclGroupSyntax, _ kind: MessageKind) -> Diagnostic? {
        let reason: String
        if declaration.is(StructDeclSyntax.self) || declaration.is(EnumDeclSyntax.self) {
            return nil
        } else if declaration.is(ClassDeclSyntax.self) {
            reason = "a message is a value, and a class is shared by reference"
        } else if declaration.is(ActorDeclSyntax.self) {
            reason = "a message is a value, and an actor is shared by reference"
        } else if declaration.is(ExtensionDeclSyntax.self) {
            reason = "write it at the declaration of the type"
        } else {
            reason = "only a concrete type has values that can travel"
        }
        return Problem(.shape, "@\(kind.rawValue) can be attached only to a struct or an enum: \(reason)")
            .at(declaration.introducer)
    }

    private static func problem(
        ofGenerics declaration: some DeclGroupSyntax, around lexicalContext: [Syntax], _ attribute: AttributeSyntax,
        _ kind: MessageKind
    ) -> Diagnostic? {
        let rule = "one name stands for one payload; write a type of its own for each message"
        if let parameters = declaration.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause {
            return Problem(.shape, "@\(kind.rawValue) cannot be attached to a generic type: \(rule)").at(parameters)
        }
        let generic = lexicalContext.first {
            $0.asProtocol((any WithGenericParametersSyntax).self)?.genericParameterClause != nil
        }
        guard generic != nil else { return nil }
        return Problem(.shape, "@\(kind.rawValue) cannot be attached to a type inside a generic one: \(rule)")
            .at(attribute)
    }

    private static func problem(
        ofKinds declaration: some DeclGroupSyntax, _ attribute: AttributeSyntax, _ kind: MessageKind
    ) -> Diagnostic? {
        let others = MessageKind.allCases.filter { $0 != kind }
        for entry in declaration.inheritanceClause?.inheritedTypes ?? [] {
            let name = entry.type.trimmedDescription.replacing("SkeinCore.", with: "")
            guard others.contains(where: { $0.rawValue == name }) else { continue }
            return Problem(
                .kind,
                "a message has one kind, and @\(kind.rawValue) says otherwise: remove '\(name)' or write @\(name)"
            ).at(entry.type)
        }
        let attributes = declaration.attributes.compactMap { $0.as(AttributeSyntax.self)?.plainName }
        let kinds = attributes.filter { name in MessageKind.allCases.contains { $0.rawValue == name } }
        guard let first = kinds.first, kinds.count > 1, first != kind.rawValue else { return nil }
        return Problem(.kind, "a message has one kind: keep either @\(first) or @\(kind.rawValue)").at(attribute)
    }
}
