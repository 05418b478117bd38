import SwiftParser
import SwiftSyntax

extension AttributeSyntax {
    /// The last part of the attribute's name: `Event` of `@Event(…)` and of `@SkeinMacros.Event(…)`.
    var plainName: String {
        if let member = attributeName.as(MemberTypeSyntax.self) { return member.name.plainText }
        return attributeName.as(IdentifierTypeSyntax.self)?.name.plainText ?? attributeName.trimmedDescription
    }

    /// The argument with a label (`nil`: the first one, which has none).
    func argument(_ label: String?) -> ExprSyntax? {
        guard case .argumentList(let arguments) = arguments else { return nil }
        return arguments.first { $0.label?.plainText == label }?.expression
    }
}

extension AttributeListSyntax {
    func first(named name: String) -> AttributeSyntax? {
        lazy.compactMap { $0.as(AttributeSyntax.self) }.first { $0.plainName == name }
    }
}

extension ExprSyntax {
    /// The value of a string literal without interpolation; `nil` for every other expression.
    var literalText: String? { self.as(StringLiteralExprSyntax.self)?.representedLiteralValue }
}
