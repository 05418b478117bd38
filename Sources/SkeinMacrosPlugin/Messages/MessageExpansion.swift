import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder

/// Reads the arguments of one message macro and writes the members that they stand for.
///
/// A wrong argument gives its diagnostic at its place and, where that is possible, a member all the same, so that the
/// compiler does not add that the type fails to conform.
struct MessageExpansion {
    private let kind: MessageKind
    private let attribute: AttributeSyntax
    private let declaration: any DeclGroupSyntax
    private let properties: [DeclaredProperty]
    private let access: String

    private(set) var members: [DeclSyntax] = []
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameter access: the access modifier of the written members, with a space behind it, or nothing.
    init(_ kind: MessageKind, _ attribute: AttributeSyntax, _ declaration: some DeclGroupSyntax, access: String) {
        (self.kind, self.attribute, self.declaration, self.access) = (kind, attribute, declaration, access)
        properties = declaration.declaredProperties
    }

    mutating func run() {
        writeName()
        writeVersion()
        if kind == .event { writeAudience() }
        if kind == .query { writeAnswer() }
        writeSubject()
        writeInitializer()
    }

    private mutating func writeInitializer() {
        guard let type = declaration.as(StructDeclSyntax.self) else { return }
        let initializer = MemberwiseInitializer(of: type, access: access)
        diagnostics += initializer.diagnostics
        if let member = initializer.member { members.append("\(raw: member)") }
    }

    private mutating func writeName() {
        guard let argument = attribute.argument(nil) else {
            report(.name, "a message needs its name: write \(kind.example)", at: attribute)
            return
        }
        let text = argument.literalText
        if let text, let problem = NameGrammar.problem(in: text) {
            report(.name, "'\(text)' is not a message name: \(problem)", at: argument)
        } else if text == nil {
            report(
                .name, "a message name is read while compiling: write a string literal like \"component.name\"",
                at: argument)
        }
        guard isFree("name", static: true) else { return }
        let literal = text == nil ? "\"\"" : argument.trimmedDescription
        write("static let name: SkeinCore.MessageName = \(literal)")
    }

    private mutating func writeVersion() {
        guard let argument = attribute.argument("version") else { return }
        if let diagnostic = VersionGrammar.diagnostic(for: argument, .version) {
            diagnostics.append(diagnostic)
        } else if isFree("version", static: true) {
            write("static let version: SkeinCore.SchemaVersion = \(argument.trimmedDescription)")
        }
    }

    private mutating func writeAudience() {
        guard let argument = attribute.argument("audience") else { return }
        guard argument.is(MemberAccessExprSyntax.self) || argument.literalText != nil else {
            report(
                .audience, "an audience is one of the named ones, like .todo, or a string literal", at: argument)
            return
        }
        if argument.literalText == "" {
            report(.audience, "an audience cannot be empty: leave the argument out for .domain", at: argument)
        } else if isFree("audience", static: true) {
            write("static let audience: SkeinCore.Audience = \(argument.trimmedDescription)")
        }
    }

    private mutating func writeAnswer() {
        let declared = declaration.declaredType(named: "Answer")
        guard let argument = attribute.argument("answer") else {
            if declared == nil {
                report(
                    .answer,
                    "a query needs the type of its answer: write answer: SomeDocument.self, or declare a type "
                        + "'Answer' inside", at: attribute)
            }
            return
        }
        guard let access = argument.as(MemberAccessExprSyntax.self), access.declName.baseName.text == "self",
            let type = access.base
        else {
            report(.answer, "the answer of a query is a type: write answer: SomeDocument.self", at: argument)
            return
        }
        if let declared {
            report(.duplicate, duplicate("Answer", "answer"), at: declared)
        } else {
            write("typealias Answer = \(type.trimmedDescription)")
        }
    }

    private mutating func writeSubject() {
        guard let argument = attribute.argument("subject") else {
            warnOfUnusedSubject()
            return
        }
        guard let name = propertyName(in: argument) else { return }
        guard name.plainText != "subject" else {
            report(
                .subject,
                "'subject' cannot be taken from itself: declare it 'String?' and leave the argument out, or "
                    + "give the property another name", at: name)
            return
        }
        guard let property = instanceProperty(name), isString(property, at: name) else { return }
        if isFree("subject", static: false) {
            write("var subject: String? { \(property.place.text) }")
        }
    }

    /// A `subject` of type `String` looks like the ordering key and is none: a witness must be a `String?`.
    private mutating func warnOfUnusedSubject() {
        let names = ["String", "Swift.String"]
        guard let property = properties.first(where: { $0.name == "subject" && !$0.isStatic }),
            let type = property.type,
            names.contains(type.trimmedDescription)
        else { return }
        let problem = Problem(
            .subject, "'subject' is not the ordering key: for that it must have the type 'String?'", severity: .warning)
        diagnostics.append(
            problem.at(type, fixIts: [.write(OptionalTypeSyntax(wrappedType: type.trimmed), insteadOf: type, .subject)])
        )
    }
}

extension MessageExpansion {
    /// The property that a key path of one component names, such as `paymentID` in `\.paymentID`.
    private mutating func propertyName(in argument: ExprSyntax) -> TokenSyntax? {
        guard let path = argument.as(KeyPathExprSyntax.self) else {
            reportForm(of: argument)
            return nil
        }
        guard let component = path.components.first?.component.as(KeyPathPropertyComponentSyntax.self),
            path.components.count == 1
        else {
            report(
                .subject,
                "the subject is one property of the message; for anything else write "
                    + "'var subject: String? { … }' in its body", at: argument)
            return nil
        }
        return component.declName.baseName
    }

    /// Says how a subject is written; the property that a text names is shown in the right form.
    private mutating func reportForm(of argument: ExprSyntax) {
        let candidates = properties.filter { !$0.isStatic }.map(\.name)
        let meant = argument.literalText.flatMap { text in
            candidates.first { $0 == text } ?? Spelling.closest(to: text, among: candidates)
        }
        let problem = Problem(
            .subject, "the subject is a key path to a property of the message: write subject: \\.\(meant ?? "orderID")")
        let fixIts = meant.map { [FixIt.write(ExprSyntax("\\.\(raw: $0)"), insteadOf: argument, .subject)] }
        diagnostics.append(problem.at(argument, fixIts: fixIts ?? []))
    }

    private mutating func instanceProperty(_ name: TokenSyntax) -> DeclaredProperty? {
        let candidates = properties.filter { !$0.isStatic }
        if let property = candidates.first(where: { $0.name == name.plainText }) { return property }
        let type = declaration.asProtocol((any NamedDeclSyntax).self)?.name.text ?? "the type"
        let problem = "'\(name.plainText)' is not a property in the body of \(type)"
        guard let meant = Spelling.closest(to: name.plainText, among: candidates.map(\.name)) else {
            report(.subject, problem, at: name)
            return nil
        }
        diagnostics.append(
            Problem(.subject, "\(problem); did you mean '\(meant)'?")
                .at(name, fixIts: [.write(TokenSyntax.identifier(meant), insteadOf: name, .subject)]))
        return nil
    }

    private mutating func isString(_ property: DeclaredProperty, at place: TokenSyntax) -> Bool {
        guard !property.mayBeString, let type = property.type else { return true }
        report(
            .subject,
            "'\(property.name)' is of type '\(type.trimmedDescription)', and a subject is a String: write "
                + "'var subject: String? { … }' in the body and make text of it there", at: place)
        return false
    }

    /// Whether a member may be written; if the body already declares it, that is reported there.
    private mutating func isFree(_ name: String, static isStatic: Bool) -> Bool {
        guard let property = properties.first(where: { $0.name == name && $0.isStatic == isStatic }) else {
            return true
        }
        report(.duplicate, duplicate(name, name), at: property.place)
        return false
    }

    private func duplicate(_ member: String, _ argument: String) -> String {
        let place = argument == "name" ? "here or the attribute" : "here or the argument '\(argument):'"
        return "@\(kind.rawValue) writes '\(member)' too: remove it \(place)"
    }

    private mutating func report(_ code: Problem.Code, _ message: String, at node: some SyntaxProtocol) {
        diagnostics.append(Problem(code, message).at(node))
    }

    private mutating func write(_ member: String) {
        members.append("\(raw: access + member)")
    }
}
