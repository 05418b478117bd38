import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [
        EventMacro.self, CommandMacro.self, QueryMacro.self, DocumentMacro.self,
        HandlersMacro.self, HandlesMacro.self,
    ]
}
