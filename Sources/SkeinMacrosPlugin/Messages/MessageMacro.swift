import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// What the four message macros have in common: they differ only in their kind.
///
/// The member role writes the requirements of the protocol and reports everything that is wrong; the extension role
/// only adds the conformance, and is silent.
protocol MessageMacro: MemberMacro, ExtensionMacro {
    static var kind: MessageKind { get }
}

extension MessageMacro {
    static func expansion(
        of node: AttributeSyntax, providingMembersOf declaration: some DeclGroupSyntax,
        conformingTo protocols: [TypeSyntax], in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        if let problem = MessageShape.problem(of: declaration, attribute: node, kind, in: context.lexicalContext) {
            context.diagnose(problem)
            return []
        }
        var expansion = MessageExpansion(
            kind, node, declaration, access: AccessLevel.prefix(for: declaration, in: context.lexicalContext))
        expansion.run()
        expansion.diagnostics.forEach(context.diagnose)
        return expansion.members
    }

    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        let problem = MessageShape.problem(of: declaration, attribute: node, kind, in: context.lexicalContext)
        guard !protocols.isEmpty, problem == nil else { return [] }
        return [try ExtensionDeclSyntax("extension \(type.trimmed): SkeinCore.\(raw: kind.rawValue) {}")]
    }
}

enum EventMacro: MessageMacro {
    static var kind: MessageKind { .event }
}

enum CommandMacro: MessageMacro {
    static var kind: MessageKind { .command }
}

enum QueryMacro: MessageMacro {
    static var kind: MessageKind { .query }
}

enum DocumentMacro: MessageMacro {
    static var kind: MessageKind { .document }
}
