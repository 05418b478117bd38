import SwiftDiagnostics
import SwiftSyntax

/// A method with `@Handles`, read: what it takes and how it is called.
struct HandlerMethod {
    let function: FunctionDeclSyntax
    let message: TypeSyntax
    /// The literal behind `since:`, if there is one.
    let since: ExprSyntax?
    /// The condition behind `where:`, if there is one.
    let condition: ExprSyntax?
    private let takesContext: Bool

    /// Reads a method.
    ///
    /// - Throws: `DiagnosticsError` with everything that keeps the method from being a handler.
    init(_ function: FunctionDeclSyntax, _ attribute: AttributeSyntax) throws {
        let since = attribute.argument("since")
        var diagnostics = [Self.problem(ofForm: function), Self.problem(ofParameters: function)].compactMap { $0 }
        if let since, let diagnostic = VersionGrammar.diagnostic(for: since, .since) { diagnostics.append(diagnostic) }
        let parameters = function.signature.parameterClause.parameters
        guard diagnostics.isEmpty, let first = parameters.first else {
            throw DiagnosticsError(diagnostics: diagnostics)
        }
        (self.function, self.since, condition) = (function, since, attribute.argument("where"))
        message = first.type.withoutSpecifiers.trimmed
        takesContext = parameters.count == 2
    }

    /// The registration: `Handle(ChargeCard.self) { message, context in try await self.charge(message, context) }`.
    var registration: String {
        let since = since.map { ", since: \($0.trimmedDescription)" } ?? ""
        let closure = takesContext ? "message, context" : "message, _"
        let condition = condition.map { ", where: \($0.trimmedDescription)" } ?? ""
        return "SkeinCore.Handle(\(message).self\(since)\(condition)) { \(closure) in \(call) }"
    }

    private var call: String {
        let arguments = zip(function.signature.parameterClause.parameters, ["message", "context"]).map {
            $0.firstName.tokenKind == .wildcard ? $1 : "\($0.firstName.text): \($1)"
        }
        let effects = function.signature.effectSpecifiers
        let `try` = effects?.throwsClause == nil ? "" : "try "
        let `await` = effects?.asyncSpecifier == nil && !isOnGlobalActor ? "" : "await "
        return "\(`try`)\(`await`)self.\(function.name.text)(\(arguments.joined(separator: ", ")))"
    }

    /// Whether a call crosses to a global actor; told by the name, since a macro sees no declarations.
    private var isOnGlobalActor: Bool {
        function.attributes.contains { $0.as(AttributeSyntax.self)?.plainName.hasSuffix("Actor") ?? false }
    }
}

extension HandlerMethod {
    private static func problem(ofForm function: FunctionDeclSyntax) -> Diagnostic? {
        for modifier in function.modifiers {
            switch modifier.name.tokenKind {
            case .keyword(.static), .keyword(.class):
                return Problem(.handler, "a handler is called on a value that holds its services: it cannot be static")
                    .at(modifier)
            case .keyword(.mutating), .keyword(.consuming):
                return Problem(
                    .handler,
                    "handlers run side by side on one value: '\(function.name.text)' cannot be "
                        + modifier.name.text
                ).at(modifier)
            default: continue
            }
        }
        if let generics = function.genericParameterClause {
            return Problem(.handler, "a handler takes one message type: '\(function.name.text)' cannot be generic")
                .at(generics)
        }
        guard let result = function.signature.returnClause?.type else { return nil }
        guard !["Void", "()", "Swift.Void"].contains(result.trimmedDescription) else { return nil }
        return Problem(.handler, "a handler returns nothing; what it has to say, it publishes").at(result)
    }

    private static func problem(ofParameters function: FunctionDeclSyntax) -> Diagnostic? {
        let parameters = Array(function.signature.parameterClause.parameters)
        guard let first = parameters.first, parameters.count <= 2 else {
            return Problem(
                .handler,
                "a handler takes a message and, if it likes, a HandlerContext; '\(function.name.text)' takes "
                    + (parameters.isEmpty ? "nothing" : "\(parameters.count) parameters")
            ).at(function.signature.parameterClause)
        }
        guard first.ellipsis == nil, first.type.isConcreteName, !first.type.isHandlerContext else {
            return Problem(
                .handler,
                "the first parameter of a handler is one concrete message type, not "
                    + "'\(first.type.trimmedDescription)\(first.ellipsis?.text ?? "")'"
            ).at(first.type)
        }
        guard parameters.count == 2, !parameters[1].type.isHandlerContext || parameters[1].ellipsis != nil else {
            return nil
        }
        return Problem(
            .handler,
            "the second parameter of a handler is a HandlerContext, not "
                + "'\(parameters[1].type.trimmedDescription)\(parameters[1].ellipsis?.text ?? "")'"
        ).at(parameters[1].type)
    }
}

extension TypeSyntax {
    /// The type without `borrowing`, `sending` and the like.
    fileprivate var withoutSpecifiers: TypeSyntax { self.as(AttributedTypeSyntax.self)?.baseType ?? self }

    /// Whether this is the name of a type, and nothing that only stands for one (`some`, `any`, `inout`, a tuple, …).
    fileprivate var isConcreteName: Bool {
        if let attributed = self.as(AttributedTypeSyntax.self) {
            let isInout = attributed.specifiers.contains { $0.trimmedDescription == "inout" }
            return !isInout && attributed.baseType.isConcreteName
        }
        return self.is(IdentifierTypeSyntax.self) || self.is(MemberTypeSyntax.self)
    }

    fileprivate var isHandlerContext: Bool {
        ["HandlerContext", "SkeinCore.HandlerContext"].contains(withoutSpecifiers.trimmedDescription)
    }
}
