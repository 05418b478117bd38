import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// Writes the `HandlerGroup` conformance of a type from its methods with `@Handles`.
///
/// Methods that cannot be handlers are left out here: `@Handles` reports them.
enum HandlersMacro: ExtensionMacro {
    static func expansion(
        of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
        providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
        in context: some MacroExpansionContext
    ) throws -> [ExtensionDeclSyntax] {
        if let problem = problem(ofForm: declaration) {
            context.diagnose(problem)
            return []
        }
        let handlers = handlers(of: declaration, in: context)
        let written = declaration.declaredProperties.first { $0.name == "handlers" && !$0.isStatic }
        if let written {
            context.diagnose(
                Problem(.duplicate, "@Handlers writes 'handlers' too: remove it here or the attribute")
                    .at(written.place))
            return []
        }
        if !declaration.allMembers.contains(where: { $0.handles != nil }) {
            context.diagnose(
                Problem(.handlers, "no method here has @Handles, so this handles nothing", severity: .warning).at(node))
        }
        let access = AccessLevel.prefix(for: declaration, in: context.lexicalContext)
        let conformance = protocols.isEmpty ? "" : ": SkeinCore.HandlerGroup"
        let registrations = handlers.map { "            \($0.registration),\n" }.joined()
        let list = handlers.isEmpty ? "[]" : "[\n\(registrations)        ]"
        return [
            try ExtensionDeclSyntax(
                """
                extension \(type.trimmed)\(raw: conformance) {
                    \(raw: access)var handlers: [any SkeinCore.ComponentPart] {
                        \(raw: list)
                    }
                }
                """)
        ]
    }

    private static func problem(ofForm declaration: some DeclGroupSyntax) -> Diagnostic? {
        if declaration.is(StructDeclSyntax.self) { return nil }
        guard let type = declaration.as(ClassDeclSyntax.self) else {
            let reason = declaration.is(ActorDeclSyntax.self) ? ": an actor would run its handlers one at a time" : ""
            return Problem(.shape, "@Handlers can be attached only to a struct or a final class\(reason)")
                .at(declaration.introducer)
        }
        let isSendable = type.inheritanceClause?.inheritedTypes.contains { $0.type.description.contains("Sendable") }
        guard !type.modifiers.containsAny(.final), !(isSendable ?? false) else { return nil }
        let marked = TokenSyntax.identifier("final class")
        return Problem(.shape, "handlers run side by side, so a class of handlers must be Sendable: make it final")
            .at(type.classKeyword, fixIts: [.write(marked, insteadOf: type.classKeyword, .shape)])
    }

    /// The good handlers of a type, in the order in which they stand, each reported that repeats an earlier one.
    private static func handlers(
        of declaration: some DeclGroupSyntax, in context: some MacroExpansionContext
    ) -> [HandlerMethod] {
        for member in declaration.memberBlock.members {
            guard let conditional = member.decl.as(IfConfigDeclSyntax.self) else { continue }
            reportHandlers(in: conditional, context)
        }
        var seen: Set<String> = []
        return declaration.memberBlock.members.compactMap { member in
            guard let function = member.decl.as(FunctionDeclSyntax.self), let attribute = member.decl.handles,
                let handler = try? HandlerMethod(function, attribute)
            else { return nil }
            let key = "\(handler.message) \(handler.since?.literalText ?? "")"
            guard handler.condition != nil || seen.insert(key).inserted else {
                context.diagnose(
                    Problem(
                        .handler,
                        "another method above already handles '\(handler.message)': one type has one handler "
                            + "for each 'since:'"
                    ).at(function.name))
                return nil
            }
            return handler
        }
    }

    private static func reportHandlers(in conditional: IfConfigDeclSyntax, _ context: some MacroExpansionContext) {
        for declaration in conditional.declarations where declaration.handles != nil {
            context.diagnose(
                Problem(
                    .handler,
                    "@Handlers does not see methods inside #if: put the condition inside the method or around "
                        + "the type"
                ).at(declaration))
        }
    }
}

extension DeclSyntax {
    /// The `@Handles` attribute of a method.
    fileprivate var handles: AttributeSyntax? { self.as(FunctionDeclSyntax.self)?.attributes.first(named: "Handles") }
}
