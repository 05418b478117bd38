import SwiftSyntax

/// The access modifier that generated members need so that they can be witnesses of a protocol's requirements.
enum AccessLevel {
    /// `public `, `package ` or nothing. A type that states none takes that of a `public extension` around it.
    static func prefix(for type: some DeclGroupSyntax, in lexicalContext: [Syntax]) -> String {
        if let stated = prefix(stated: type.modifiers) { return stated }
        guard let around = lexicalContext.first?.as(ExtensionDeclSyntax.self) else { return "" }
        return prefix(stated: around.modifiers) ?? ""
    }

    private static func prefix(stated modifiers: DeclModifierListSyntax) -> String? {
        for modifier in modifiers where modifier.detail == nil {
            switch modifier.name.tokenKind {
            case .keyword(.public), .keyword(.open): return "public "
            case .keyword(.package): return "package "
            case .keyword(.internal), .keyword(.fileprivate), .keyword(.private): return ""
            default: continue
            }
        }
        return nil
    }
}
