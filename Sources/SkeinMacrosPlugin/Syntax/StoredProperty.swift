import SwiftSyntax
import SwiftSyntaxBuilder

/// A property in the body of a struct that its initializer has to set or may set.
struct StoredProperty {
    /// With backticks where they are written.
    let name: TokenSyntax
    /// The annotated type, or the one that a literal gives; `nil` where only the compiler knows it.
    let type: TypeSyntax?
    /// The value that the declaration gives.
    let value: ExprSyntax?
    /// Whether it is `private` or `fileprivate`.
    let isHidden: Bool

    /// How the property stands in a list of parameters: `amount: Decimal`, `note: String? = nil`.
    ///
    /// - Parameter type: the type of the property, since it may be unknown.
    func parameter(of type: TypeSyntax) -> String {
        let head = "\(name.text): \(type.trimmedDescription)"
        if let value { return "\(head) = \(value.trimmedDescription)" }
        return type.isOptional ? "\(head) = nil" : head
    }
}

extension StructDeclSyntax {
    /// The stored properties outside `#if`, in order, without those that no initializer can set: static and lazy ones,
    /// and constants that have their value.
    ///
    /// - Throws: ``Unreadable``, at the first place that cannot be read as one property with a name.
    func storedProperties() throws(Unreadable) -> [StoredProperty] {
        var properties: [StoredProperty] = []
        for member in memberBlock.members {
            if let variants = member.decl.as(IfConfigDeclSyntax.self) {
                if let variable = variants.declarations.lazy.compactMap({ $0.as(VariableDeclSyntax.self) })
                    .first(where: \.isSetByInitializers)
                {
                    throw Unreadable(place: Syntax(variable), reason: .condition)
                }
            } else if let variable = member.decl.as(VariableDeclSyntax.self), variable.isSetByInitializers {
                properties += try variable.storedProperties()
            }
        }
        return properties
    }

    /// A declaration whose properties cannot become parameters.
    struct Unreadable: Error {
        enum Reason {
            case condition, pattern
        }

        let place: Syntax
        let reason: Reason
    }
}

extension VariableDeclSyntax {
    private var isConstant: Bool { bindingSpecifier.tokenKind == .keyword(.let) }

    /// Whether an initializer can or must set at least one of the bindings.
    fileprivate var isSetByInitializers: Bool {
        guard !modifiers.containsAny(.static, .class, .lazy) else { return false }
        return bindings.contains { $0.isStored && !(isConstant && $0.initializer != nil) }
    }

    fileprivate func storedProperties() throws(StructDeclSyntax.Unreadable) -> [StoredProperty] {
        let isHidden = modifiers.contains {
            $0.detail == nil && [.keyword(.private), .keyword(.fileprivate)].contains($0.name.tokenKind)
        }
        var type: TypeSyntax?
        var properties: [StoredProperty] = []
        for binding in bindings.reversed() {
            // In `let a, b: String` the annotation stands behind the last name and holds for all of them.
            if let annotation = binding.typeAnnotation { type = annotation.type }
            let value = binding.initializer?.value
            if binding.typeAnnotation == nil, let value { type = value.typeOfLiteral }
            guard binding.isStored, !(isConstant && value != nil) else { continue }
            guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else {
                throw StructDeclSyntax.Unreadable(place: Syntax(binding.pattern), reason: .pattern)
            }
            properties.append(StoredProperty(name: name, type: type, value: value, isHidden: isHidden))
        }
        return properties.reversed()
    }
}

extension PatternBindingSyntax {
    /// Whether it has no accessors, or only observers.
    fileprivate var isStored: Bool {
        switch accessorBlock?.accessors {
        case nil: true
        case .getter: false
        case .accessors(let accessors):
            accessors.allSatisfy {
                [.keyword(.willSet), .keyword(.didSet)].contains($0.accessorSpecifier.tokenKind)
            }
        }
    }
}

extension TypeSyntax {
    fileprivate var isOptional: Bool {
        self.is(OptionalTypeSyntax.self) || self.is(ImplicitlyUnwrappedOptionalTypeSyntax.self)
            || self.as(IdentifierTypeSyntax.self)?.name.text == "Optional"
            || self.as(MemberTypeSyntax.self)?.trimmedDescription.hasPrefix("Swift.Optional<") ?? false
    }
}

extension ExprSyntax {
    /// The type that a literal has where nothing says otherwise.
    fileprivate var typeOfLiteral: TypeSyntax? {
        if let negated = self.as(PrefixOperatorExprSyntax.self), negated.operator.text == "-" {
            let number = negated.expression
            let isNumber = number.is(IntegerLiteralExprSyntax.self) || number.is(FloatLiteralExprSyntax.self)
            return isNumber ? number.typeOfLiteral : nil
        }
        if self.is(IntegerLiteralExprSyntax.self) { return "Int" }
        if self.is(FloatLiteralExprSyntax.self) { return "Double" }
        if self.is(BooleanLiteralExprSyntax.self) { return "Bool" }
        return self.is(StringLiteralExprSyntax.self) ? "String" : nil
    }
}
