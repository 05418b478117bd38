import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// Marks a handler for `@Handlers` to find. It writes nothing; it reports what is wrong with its method.
enum HandlesMacro: PeerMacro {
    static func expansion(
        of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
        in context: some MacroExpansionContext
    ) throws -> [DeclSyntax] {
        guard let function = declaration.as(FunctionDeclSyntax.self) else {
            context.diagnose(Problem(.handler, "@Handles can be attached only to a method").at(node))
            return []
        }
        if let problem = problem(ofPlace: context.lexicalContext.first, node) {
            context.diagnose(problem)
            return []
        }
        _ = try HandlerMethod(function, node)
        return []
    }

    private static func problem(ofPlace parent: Syntax?, _ node: AttributeSyntax) -> Diagnostic? {
        if parent?.is(ExtensionDeclSyntax.self) ?? false {
            return Problem(
                .handler, "@Handlers does not see methods of extensions: move this one to the body of the type"
            ).at(node)
        }
        let type = parent?.asProtocol((any DeclGroupSyntax).self)
        guard type?.attributes.first(named: "Handlers") == nil else { return nil }
        return Problem(.handler, "nothing registers this method: attach @Handlers to the type around it").at(node)
    }
}
