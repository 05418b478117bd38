import Testing

/// Each rule is seen to fail on a bad snippet and to pass a good one.
@Suite("Tidy rules")
struct TidyRuleTests {
    private func core(_ text: String) -> SourceFile { SourceFile("Sources/SkeinCore/Snippet.swift", text) }

    @Test("tell code from comments and strings")
    func scanning() {
        let file = core(
            ##"""
            let a = "x \(f("y")) z" // c
            /* d /* e */ f */ let b = "q\"\(g)"
            let c = ##"r\#(h)"# "##; i()
            """##)
        #expect(file.code[0].trimmed == "let a =     (f(   ))")
        #expect(file.comments[0].trimmed == "// c")
        #expect(file.code[1].trimmed.split(separator: " ") == ["let", "b", "=", "(g)"])
        #expect(file.code[2].trimmed.split(separator: " ") == ["let", "c", "=", ";", "i()"])
        let lines = core("let c = \"\"\"\n k\"q }\n\"\"\"; h()")
        #expect(lines.code.map(\.trimmed) == ["let c =", "", "; h()"])
    }

    @Test("count the lines of files and the columns of lines")
    func sizes() {
        #expect(SizeRules.files(core(String(repeating: "\n", count: 500))).isEmpty)
        #expect(SizeRules.files(core(String(repeating: "\n", count: 501))).count == 1)
        #expect(SizeRules.lines(core("\n" + String(repeating: "ä", count: 120))).isEmpty)
        #expect(SizeRules.lines(core("\n" + String(repeating: "a", count: 121))).map(\.line) == [2])
    }

    @Test("find the bodies of functions")
    func functionBodies() {
        let text = """
            protocol P { func a(); func b(_ c: [Int]) -> Int
                init()
                var d: Int { get }
            }
            struct S {
                func e(f: () -> Void = { g() }) -> (
                    Int
                ) {
                    let h = "}"
                    if h == "}" { return .init(1) }
                }
                init?(i: Int) { nil }
            }
            """
        #expect(
            FunctionScanner.functions(in: core(text)) == [
                .init(line: 2, length: 1), .init(line: 5, length: 6), .init(line: 11, length: 1),
            ])
    }

    @Test("refuse a long function and name its first line")
    func longFunction() {
        let body = String(repeating: "    step()\n", count: 68)
        #expect(SizeRules.functions(core("func a() {\n" + body + "}")).isEmpty)
        #expect(SizeRules.functions(core("\nfunc a() {\n    step()\n" + body + "}")).map(\.line) == [2])
        #expect(SizeRules.functions(core("var a: Int {\n    step()\n" + body + "}")).count == 1)
    }

    @Test("allow a long function only where it is one switch that names every case")
    func longSwitch() {
        func violations(_ body: String) -> Int { SizeRules.functions(core("func a() {\n" + body + "\n}")).count }
        let cases = String(repeating: "    case .b: if c { d() }\n", count: 70)
        #expect(violations("    switch e {\n" + cases + "    }") == 0)
        #expect(violations("    switch e {\n" + cases + "    default: break\n    }") == 1)
        #expect(violations("    switch e {\n" + cases + "    }\n    f()") == 1)
        #expect(violations("    f()\n    switch e {\n" + cases + "    }") == 1)
        #expect(violations("    switch e {\n    case .b: break\n    }\n    switch e {\n" + cases + "    }") == 1)
        #expect(violations("    switch e {\n" + cases + "    case .g:\n        switch h { default: f() }\n    }") == 0)
    }

    @Test(
        "refuse imports from outside the ring",
        arguments: [
            ("Sources/SkeinCore/A.swift", "import GRDB", 1),
            ("Sources/SkeinCore/A.swift", "public import SkeinSQLite", 1),
            ("Sources/SkeinCore/A.swift", "internal import struct Logging.Logger", 0),
            ("Sources/SkeinCore/A.swift", "import Dispatch", 1),
            ("Sources/SkeinCore/A.swift", "// import GRDB", 0),
            ("Sources/SkeinSQLite/A.swift", "import GRDB", 0),
            ("Sources/SkeinSQLite/A.swift", "@preconcurrency import SwiftSyntax", 1),
            ("Sources/SkeinCLI/A.swift", "import SwiftSyntax", 1),
            ("Sources/SkeinCLI/A.swift", "import ArgumentParser", 0),
            ("Sources/Unknown/A.swift", "", 1),
            ("Tests/SkeinCoreTests/A.swift", "import SwiftSyntax", 1),
        ])
    func imports(path: String, text: String, count: Int) {
        #expect(ImportRules.rings(SourceFile(path, text)).count == count)
    }

    @Test("allow Foundation only where FoundationEssentials is not to be had")
    func foundation() {
        let good = "#if canImport(FoundationEssentials)\nimport FoundationEssentials\n#else\nimport Foundation\n#endif"
        #expect(ImportRules.foundation(core(good)).isEmpty)
        #expect(ImportRules.foundation(core("import Foundation")).map(\.line) == [1])
        #expect(ImportRules.foundation(core("#if os(Linux)\nimport Foundation\n#endif")).count == 1)
        #expect(ImportRules.foundation(core(good + "\nimport Foundation")).map(\.line) == [6])
    }

    @Test("refuse words that say that something is unfinished, in code and comments but not in strings")
    func unfinished() {
        for word in ForbiddenRules.unfinishedWords {
            #expect(ForbiddenRules.unfinished(core("a()\n// \(word): later")).map(\.line) == [2])
            #expect(ForbiddenRules.unfinished(core("let a = \"\(word)\"")).isEmpty)
        }
    }

    @Test(
        "refuse the words that the glossary has replaced, and name the word to use",
        arguments: [
            ("/// Messages set aside with their key.", "parked"), ("func setAside() {}", "parked"),
            ("let spilledKeys = 1", "overflow"), ("throw \"the message is held up\"", "parked"),
            ("private var heldUp: Job?", "delayed"), ("/// Holds timers; they are held back.", "delayed"),
            ("func heldSystems() {}", "suspended"), ("case releaseSystem(String)", "suspended"),
            ("/// The kept message has expired.", "buffered"), ("struct KeptCommand {}", "mailbox"),
            ("/// A released dead letter comes again.", "retried"), ("text(\"held by an incident\")", "parked"),
            ("/// What arrives is kept in its mailbox.", "mailbox"), ("/// An operator's operation.", "action"),
        ])
    func glossary(text: String, word: String) {
        let violations = GlossaryRule.check(core("\n" + text))
        #expect(violations.map(\.line).contains(2))
        #expect(violations.contains { $0.message.contains("'\(word)") || $0.message.contains(word) })
    }

    @Test(
        "let plain English be, and the names that old stores need",
        arguments: [
            "/// The newest messages are kept in memory.", "/// A place keeps its order.", "lock.release()",
            "/// Whether every promise was kept.", "/// It holds up no other handler.",
            "store(1, ordering: .releasing)",
            "\"CREATE TABLE held(system TEXT PRIMARY KEY)\"", "/// A step of a process is an operation.",
        ])
    func plainEnglish(text: String) {
        #expect(GlossaryRule.check(core(text)).isEmpty)
    }

    @Test("refuse a replaced word in the name of a file")
    func glossaryOfFiles() {
        #expect(GlossaryRule.check("Tests/Mutants/kept-message-lost.patch", ["a"]).map(\.line) == [0])
        #expect(GlossaryRule.check("Sources/SkeinCore/KeptCommand.swift", ["a"]).map(\.line) == [0])
        #expect(GlossaryRule.check("Tests/Mutants/mailbox-message-dropped.patch", ["a"]).isEmpty)
    }

    @Test(
        "refuse a function in a mutex",
        arguments: ["Mutex<(@Sendable () -> Void)?>(nil)", "Mutex<@Sendable () -> Void>", "Mutex<((Int) -> Void)?>"])
    func wrappedFunctions(text: String) {
        #expect(ForbiddenRules.wrappedFunctions(core("let action = " + text)).count == 1)
        #expect(ForbiddenRules.wrappedFunctions(core("let state = Mutex(State())")).isEmpty)
    }

    @Test("refuse what crashes", arguments: ["try! a()", "let b = a as! Int", "fatalError(\"a\")", "\"\\(try! a())\""])
    func crashing(text: String) {
        #expect(ForbiddenRules.crashing(core(text)).count == 1)
        #expect(ForbiddenRules.crashing(core("// " + text)).isEmpty)
    }

    @Test("refuse printing in libraries, and not methods of that name")
    func printing() {
        #expect(ForbiddenRules.printing(core("print(1)")).count == 1)
        #expect(ForbiddenRules.printing(core("sprint(1); a.print(1)")).isEmpty)
        #expect(ForbiddenRules.printing(SourceFile("Sources/SkeinCLI/A.swift", "print(1)")).isEmpty)
    }

    @Test(
        "refuse tasks that no one awaits",
        arguments: [
            "Task { a() }", "let t = Task{ a() }", "Task.detached { a() }", "x = Task<Void, Never> { a() }",
            "Task(priority: .low) { a() }", "Task.immediate { a() }",
        ])
    func tasks(text: String) {
        #expect(ForbiddenRules.tasks(core(text)).count == 1)
    }

    @Test(
        "allow what only mentions tasks",
        arguments: [
            "try Task.checkCancellation()", "struct ActivityTask {", "var t: Task<Void, Never> { get }",
            "func a() -> Task<Int, Never> {", "withTaskGroup(of: Int.self) {", "HumanTask(1)", "extension Task {",
        ])
    func taskMentions(text: String) {
        #expect(ForbiddenRules.tasks(core(text)).isEmpty)
    }

    @Test(
        "refuse the machine's clock and randomness in the core", arguments: ["Date()", "ContinuousClock.now", "UUID()"])
    func clocks(text: String) {
        #expect(ForbiddenRules.clocks(core("let a = \(text)")).count == 1)
        #expect(ForbiddenRules.clocks(SourceFile("Sources/SkeinCLI/A.swift", "let a = \(text)")).isEmpty)
    }

    @Test(
        "find measurements of the machine in a test",
        arguments: [
            "@Suite(\"A\", .timeLimit(.minutes(1)))", "try await Task.sleep(for: .seconds(1))", "usleep(5)",
            "let end = ContinuousClock.now.advanced(by: .seconds(1))", "while ContinuousClock.now < end {",
            "while end >= ContinuousClock.now {",
        ])
    func machine(text: String) {
        #expect(!TestRules.clocks(SourceFile("Tests/SkeinCoreTests/A.swift", text)).isEmpty)
        #expect(TestRules.clocks(SourceFile(TestRules.patience, text)).isEmpty)
        #expect(TestRules.clocks(core(text)).isEmpty)
    }

    @Test("require the trait for suites that start programs")
    func programs() {
        let targets = TestRules.programTargets("A := b\nPROGRAM_TESTS := A|B\n")
        #expect(targets == ["A", "B"])
        func violations(_ path: String, _ suite: String) -> Int {
            TestRules.programs(SourceFile(path, "\(suite)\n_ = try BuiltProgram(\"skein\", [])"), targets).count
        }
        #expect(violations("Tests/A/T.swift", "@Suite(\"T\", .fewAtATime)") == 0)
        #expect(violations("Tests/A/T.swift", "@Suite(\"T\")") == 1)
        #expect(violations("Tests/C/T.swift", "@Suite(\"T\", .fewAtATime)") == 1)
    }

    @Test("ask for the proof of an unchecked Sendable directly above it or first in its body")
    func unchecked() {
        let declaration = "final class A: @unchecked Sendable {"
        let proof = "// Proof for `@unchecked`: the state is locked."
        #expect(ForbiddenRules.unchecked(core(declaration)).count == 1)
        #expect(ForbiddenRules.unchecked(core("/// A thing.\n\(declaration)")).count == 1)
        #expect(ForbiddenRules.unchecked(core("\(proof)\n\n\(declaration)")).count == 1)
        #expect(ForbiddenRules.unchecked(core("\(declaration)\n\n    \(proof)")).count == 1)
        #expect(ForbiddenRules.unchecked(core("/// A thing.\n\(proof)\n// More.\n\(declaration)")).isEmpty)
        #expect(ForbiddenRules.unchecked(core("/\(proof)\n@objc\n\(declaration)")).isEmpty)
        #expect(ForbiddenRules.unchecked(core("\(declaration)\n    \(proof)")).isEmpty)
    }

    @Test("ask for the proof of something unsafe directly above it, or above the first of several")
    func unsafe() {
        let declaration = "    nonisolated(unsafe) var count = 0"
        let proof = "    // Proof for `unsafe`: one thread has it."
        #expect(ForbiddenRules.unsafe(core(declaration)).count == 1)
        #expect(ForbiddenRules.unsafe(core("    // It counts.\n\(declaration)")).count == 1)
        #expect(ForbiddenRules.unsafe(core("\(proof)\n\n\(declaration)")).count == 1)
        #expect(ForbiddenRules.unsafe(core("\(proof)\n\(declaration)\n    var sum = 0\n\(declaration)")).count == 1)
        #expect(ForbiddenRules.unsafe(core("\(proof)\n    // More.\n\(declaration)\n\(declaration)")).isEmpty)
    }

    @Test(
        "ask for documentation of what is public",
        arguments: [
            ("public struct A {", 1), ("/// A.\npublic struct A {", 0), ("/// A.\n@frozen\npublic struct A {", 0),
            ("/// A.\n\npublic struct A {", 1), ("@discardableResult public func a() {", 1),
            ("    public let a: Int", 1),
            ("public init(a: Int) {", 0), ("public static func == (a: A, b: A) -> Bool {", 0), ("public import A", 0),
            ("public static func a() {", 1), ("struct A {", 0), ("public nonisolated var a: Int {", 1),
            ("/// A.\n@available(\n    *, unavailable,\n    message: \"no\"\n)\npublic func a()", 0),
            ("public var description: String {", 0),
        ])
    func documentation(text: String, count: Int) {
        #expect(DocumentationRule.check(core(text)).count == count)
    }

    @Test("refuse a misspelt flag and a target without the flags")
    func manifest() {
        let good = "let settings: [SwiftSetting] = [\n    \(PackageRules.flags.joined(separator: ",\n    ")),\n]\n"
        #expect(PackageRules.manifest(good).isEmpty)
        #expect(PackageRules.manifest(good.replacing("ExistentialAny", with: "ExistentalAny")).count == 1)
        #expect(PackageRules.manifest("").count == 1)
        let bare = good + "        .target(\n            name: \"A\"\n        ),\n"
        #expect(PackageRules.manifest(bare).map(\.line) == [8])
        #expect(PackageRules.manifest(bare.replacing("\"A\"", with: "\"A\", swiftSettings: settings")).isEmpty)
        #expect(PackageRules.manifest(bare.replacing("\"A\"", with: "\"CClock\"")).isEmpty)
    }

    @Test("ask every module for its guard")
    func guards() {
        #expect(PackageRules.guards(["Sources/A/B.swift", "Sources/A/C.swift"], text: { _ in "" }).count == 1)
        #expect(PackageRules.guards(["Sources/CExpat/shim.h"], text: { _ in "" }).isEmpty)
    }

    @Test("refuse files that declare nothing or that nothing reads")
    func deadFiles() {
        #expect(PackageRules.deadFiles(["Sources/A/B.swift"], text: { _ in "// gone\nimport C\n" }).count == 1)
        #expect(PackageRules.deadFiles(["Sources/A/B.swift"], text: { _ in "struct B {}" }).isEmpty)
        #expect(PackageRules.deadFiles(["Sources/A/B.swift.orig", "Sources/A/notes.md"], text: { _ in "" }).count == 1)
    }

    @Test("refuse strangers in the root")
    func root() {
        #expect(PackageRules.root(["Sources", "plan.md", ".build-release"]).map(\.file) == ["plan.md"])
    }
}
