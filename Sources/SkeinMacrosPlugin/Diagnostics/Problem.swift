import SwiftDiagnostics
import SwiftSyntax

/// What is wrong with the use of a macro, as the compiler shows it.
///
/// The text names the thing and the way out; the place is the node that the diagnostic is attached to.
struct Problem: DiagnosticMessage {
    /// Which check failed, for programs; stable, unlike the text.
    enum Code: String {
        case shape, kind, name, version, subject, audience, answer, duplicate, initializer
        case handlers, handler, since
    }

    let code: Code
    let message: String
    let severity: DiagnosticSeverity

    init(_ code: Code, _ message: String, severity: DiagnosticSeverity = .error) {
        (self.code, self.message, self.severity) = (code, message, severity)
    }

    var diagnosticID: MessageID { MessageID(domain: "SkeinMacros", id: code.rawValue) }

    /// The problem at a place.
    func at(_ node: some SyntaxProtocol, fixIts: [FixIt] = []) -> Diagnostic {
        Diagnostic(node: node, message: self, fixIts: fixIts)
    }
}

/// The text of a fix-it, in the imperative: "write "1.2.0"".
struct Remedy: FixItMessage {
    let code: Problem.Code
    let message: String

    var fixItID: MessageID { MessageID(domain: "SkeinMacros", id: "fix.\(code.rawValue)") }
}

extension FixIt {
    /// Puts a node in the place of another one; the remedy shows the new one.
    static func write(_ new: some SyntaxProtocol, insteadOf old: some SyntaxProtocol, _ code: Problem.Code) -> FixIt {
        let kept = Syntax(new).with(\.leadingTrivia, old.leadingTrivia).with(\.trailingTrivia, old.trailingTrivia)
        return FixIt(
            message: Remedy(code: code, message: "write \(new.trimmedDescription)"),
            changes: [.replace(oldNode: Syntax(old), newNode: kept)])
    }
}
