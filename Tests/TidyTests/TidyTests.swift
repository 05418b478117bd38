import Testing

/// The style of the project, checked on the project itself. Each failure names file and line.
@Suite("The source tree")
struct TidyTests {
    private func check(_ rule: (SourceFile) -> [Violation]) {
        expectNone(Repository.swiftFiles.flatMap(rule))
    }

    private func expectNone(_ violations: [Violation]) {
        if !violations.isEmpty { Issue.record("\(violations.report)") }
    }

    @Test("is found")
    func found() {
        #expect(Repository.swiftFiles.contains { $0.path == "Sources/SkeinMessages/Messages/Envelope.swift" })
    }

    @Test("has no file over 500 lines")
    func files() { check(SizeRules.files) }

    @Test("has no function over 70 lines")
    func functions() { check(SizeRules.functions) }

    @Test("has no line over 120 columns")
    func lines() { check(SizeRules.lines) }

    @Test("imports only from rings inside")
    func rings() { check(ImportRules.rings) }

    @Test("imports the whole of Foundation only at its edges")
    func foundation() { check(ImportRules.foundation) }

    @Test("leaves nothing to do later")
    func unfinished() { check(ForbiddenRules.unfinished) }

    @Test("uses the words of the glossary, also in documents and in the names of files")
    func glossary() {
        check(GlossaryRule.check)
        let others = Repository.sourcePaths.filter { $0.hasSuffix(".md") } + Repository.mutantPaths
        expectNone(others.flatMap { GlossaryRule.check($0, Repository.text(of: $0).lineTexts) })
    }

    @Test("never crashes on what input can reach")
    func crashing() { check(ForbiddenRules.crashing) }

    @Test("puts no function into a mutex by itself")
    func wrappedFunctions() { check(ForbiddenRules.wrappedFunctions) }

    @Test("prints only in executables")
    func printing() { check(ForbiddenRules.printing) }

    @Test("starts no task that no one awaits")
    func tasks() { check(ForbiddenRules.tasks) }

    @Test("reads no clock of the machine in the core")
    func clocks() { check(ForbiddenRules.clocks) }

    @Test("has no test that measures the machine")
    func machine() { check(TestRules.clocks) }

    @Test("starts programs only in the targets that make test runs last")
    func programs() {
        let targets = TestRules.programTargets(Repository.text(of: "Makefile"))
        #expect(!targets.isEmpty)
        check { TestRules.programs($0, targets) }
    }

    @Test("proves every unchecked Sendable")
    func unchecked() { check(ForbiddenRules.unchecked) }

    @Test("proves everything that is unsafe")
    func unsafe() { check(ForbiddenRules.unsafe) }

    @Test("documents every public declaration")
    func documentation() { check(DocumentationRule.check) }

    @Test("shows an application no more than fits in a head")
    func surface() { expectNone(SurfaceRule.check(Repository.swiftFiles)) }

    @Test("declares every public type in a file of its name")
    func fileNames() { check(FileNameRule.check) }

    @Test("spells every compiler flag right, in every target")
    func flags() {
        expectNone(PackageRules.manifest(Repository.text(of: "Package.swift")))
    }

    @Test("guards every module against misspelt flags")
    func guards() {
        expectNone(PackageRules.guards(Repository.sourcePaths, text: Repository.text))
    }

    @Test("has no dead files")
    func deadFiles() {
        expectNone(PackageRules.deadFiles(Repository.sourcePaths, text: Repository.text))
    }

    @Test("keeps its root clear")
    func root() throws {
        expectNone(PackageRules.root(try Repository.rootEntries()))
    }
}
