import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxBuilder

extension VersionGrammar {
    /// What is wrong with a version argument, at its place, with the version that was probably meant as a fix-it.
    static func diagnostic(for argument: ExprSyntax, _ code: Problem.Code) -> Diagnostic? {
        guard let text = argument.literalText else {
            return Problem(code, "a version is read while compiling: write a string literal like \"1.2.3\"").at(
                argument)
        }
        guard let problem = problem(in: text) else { return nil }
        let remedy = correction(of: text).map {
            FixIt.write(StringLiteralExprSyntax(content: $0), insteadOf: argument, code)
        }
        return Problem(code, "'\(text)' is not a schema version: \(problem)").at(
            argument, fixIts: remedy.map { [$0] } ?? [])
    }
}
