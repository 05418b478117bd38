import Testing

@Suite("what @Handlers and @Handles refuse")
struct HandlersDiagnosticsTests {
    @Suite("as a method")
    struct Methods {
        @Test(
            "a wrong shape, at its place; the method is not registered",
            arguments: [
                ("func f()", 37, "a handler takes a message and, if it likes, a HandlerContext; 'f' takes nothing"),
                (
                    "func f(_ m: M, _ c: HandlerContext, _ x: Int)", 37,
                    "a handler takes a message and, if it likes, a HandlerContext; 'f' takes 3 parameters"
                ),
                ("func f<T>(_ m: T)", 37, "a handler takes one message type: 'f' cannot be generic"),
                (
                    "static func f(_ m: M)", 31,
                    "a handler is called on a value that holds its services: it cannot be static"
                ),
                ("mutating func f(_ m: M)", 31, "handlers run side by side on one value: 'f' cannot be mutating"),
                ("consuming func f(_ m: M)", 31, "handlers run side by side on one value: 'f' cannot be consuming"),
                ("func f(_ m: M) -> Int", 49, "a handler returns nothing; what it has to say, it publishes"),
                ("func f(_ m: some Event)", 43, message("some Event")),
                ("func f(_ m: any Event)", 43, message("any Event")),
                ("func f(_ m: inout M)", 43, message("inout M")),
                ("func f(_ m: M...)", 43, message("M...")),
                ("func f(_ m: M?)", 43, message("M?")),
                ("func f(_ m: [M])", 43, message("[M]")),
                ("func f(_ c: HandlerContext, _ m: M)", 43, message("HandlerContext")),
                (
                    "func f(_ m: M, _ n: N)", 51,
                    "the second parameter of a handler is a HandlerContext, not 'N'"
                ),
            ])
        func shape(_ method: String, _ column: Int, _ problem: String) {
            let expansion = Expansion("@Handlers struct S { @Handles \(method) {} }")
            #expect(expansion.diagnostics == ["1:\(column) error: \(problem)"])
            #expect(!expansion.text.contains("SkeinCore.Handle("))
        }

        private static func message(_ type: String) -> String {
            "the first parameter of a handler is one concrete message type, not '\(type)'"
        }

        @Test("a malformed version, with the one that was meant as a fix-it")
        func since() {
            let expansion = Expansion(#"@Handlers struct S { @Handles(since: "2") func f(_ m: M) {} }"#)
            #expect(
                expansion.diagnostics == [
                    "1:38 error: '2' is not a schema version: it has 1 part; write three numbers like 1.2.3"
                ])
            #expect(expansion.fixed == #"@Handlers struct S { @Handles(since: "2.0.0") func f(_ m: M) {} }"#)
        }

        @Test("a marker on anything but a method", arguments: ["var m: M", "init(_ m: M) {}", "struct M {}"])
        func notAMethod(_ declaration: String) {
            #expect(
                Expansion("@Handlers struct S { @Handles \(declaration); @Handles func f(_ m: M) {} }").diagnostics
                    .contains("1:22 error: @Handles can be attached only to a method"))
        }

        @Test(
            "a marker where nothing looks for it",
            arguments: ["struct S { @Handles func f(_ m: M) {} }", "@Event struct S { @Handles func f(_ m: M) {} }"])
        func unregistered(_ source: String) {
            let problem = "nothing registers this method: attach @Handlers to the type around it"
            #expect(Expansion(source).diagnostics.contains { $0.hasSuffix("error: \(problem)") })
        }

        @Test("a marker in an extension, which @Handlers cannot see")
        func inExtension() {
            #expect(
                Expansion("extension S { @Handles func f(_ m: M) {} }").diagnostics == [
                    "1:15 error: @Handlers does not see methods of extensions: move this one to the body of the type"
                ])
        }

        @Test("a marker inside #if, which would be registered or not without a trace")
        func conditional() {
            let expansion = Expansion("@Handlers struct S {\n#if DEBUG\n@Handles func f(_ m: M) {}\n#endif\n}")
            #expect(
                expansion.diagnostics == [
                    "3:1 error: @Handlers does not see methods inside #if: put the condition inside the method or "
                        + "around the type"
                ])
        }

        @Test("a second handler of the same type since the same version")
        func twice() {
            let expansion = Expansion(
                "@Handlers struct S { @Handles func f(_ m: M) {}\n@Handles func g(_ m: M) {} }")
            #expect(
                expansion.diagnostics == [
                    "2:15 error: another method above already handles 'M': one type has one handler for each 'since:'"
                ])
        }
    }

    @Test(
        "types that cannot hold handlers",
        arguments: [
            ("actor S", ": an actor would run its handlers one at a time"), ("enum S", ""), ("protocol S", ""),
        ])
    func types(_ type: String, _ reason: String) {
        let expansion = Expansion("@Handlers \(type) {}")
        #expect(
            expansion.diagnostics == [
                "1:11 error: @Handlers can be attached only to a struct or a final class\(reason)"
            ])
        #expect(!expansion.text.contains("extension"))
    }

    @Test("a class that may be subclassed, with final as a fix-it")
    func openClass() {
        let expansion = Expansion("@Handlers public class S { @Handles func f(_ m: M) {} }")
        #expect(
            expansion.diagnostics == [
                "1:18 error: handlers run side by side, so a class of handlers must be Sendable: make it final"
            ])
        #expect(expansion.fixed == "@Handlers public final class S { @Handles func f(_ m: M) {} }")
    }

    @Test("a group without handlers is warned of")
    func empty() {
        let expansion = Expansion("@Handlers struct S { func f(_ m: M) {} }")
        #expect(expansion.diagnostics == ["1:1 warning: no method here has @Handles, so this handles nothing"])
        #expect(expansion.text.contains("[]"))
    }

    @Test("a list of handlers that is written by hand as well")
    func handwritten() {
        let expansion = Expansion(
            "@Handlers struct S { @Handles func f(_ m: M) {}\nvar handlers: [any ComponentPart] { [] } }")
        #expect(
            expansion.diagnostics == ["2:5 error: @Handlers writes 'handlers' too: remove it here or the attribute"])
    }
}
