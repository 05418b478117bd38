/// Rules about tests: they hold on any machine, whatever else it does.
enum TestRules {
    /// The guard against a hang, and the wait for a condition.
    static let patience = "Tests/Support/ChildPrograms/Patience.swift"

    /// Places where a process sleeps because the test is about that.
    static let sleepers: Set<String> = ["Tests/SkeinCoreTests/Processes/HardPartsTests.swift"]

    /// Calls whose result depends on how busy the machine is.
    static func clocks(_ file: SourceFile) -> [Violation] {
        guard file.isBelow("Tests"), !file.isBelow("Tests/TidyTests"), file.path != patience else { return [] }
        var words = [".timeLimit(", "SuspendingClock", "DispatchTime.now", "systemUptime"]
        if !sleepers.contains(file.path) { words += ["Task.sleep(", "Thread.sleep(", "usleep(", "nanosleep("] }
        // A clock that is moved by hand begins somewhere.
        words += ["ContinuousClock.now.", "ContinuousClock.now +", "ContinuousClock.now <", "= ContinuousClock.now {"]
        let way = "wait for a condition with 'waitUntil', or use virtual time"
        return file.code.indices.flatMap { index in
            words.filter { file.code[index].contains($0) }.map {
                file.violation(index, "'\($0)' depends on how busy the machine is; \(way)")
            }
        }
    }

    /// The targets that `make test` runs last, few tests at a time; the Makefile lists them.
    static func programTargets(_ makefile: String) -> Set<String> {
        let line = makefile.split(separator: "\n").first { $0.hasPrefix("PROGRAM_TESTS := ") }
        return Set(line?.dropFirst("PROGRAM_TESTS := ".count).split(separator: "|").map(String.init) ?? [])
    }

    /// Tests that start programs belong to those targets, and their suites have the trait `.fewAtATime`.
    static func programs(_ file: SourceFile, _ targets: Set<String>) -> [Violation] {
        guard file.isBelow("Tests"), !file.isBelow("Tests/Support"), !file.isBelow("Tests/TidyTests") else { return [] }
        let starts = ["ChildProgram.start(", "BuiltProgram(", "BuiltProgram.refusal(", "Skein.run(", "Skein.start("]
        guard let first = file.code.firstIndex(where: { line in starts.contains { line.contains($0) } }) else {
            return []
        }
        if !targets.contains(file.target) {
            return [file.violation(first, "starts a program; move it to a target of PROGRAM_TESTS in the Makefile")]
        }
        return file.code.indices.compactMap { index in
            guard file.code[index].contains("@Suite("), !file.code[index].contains(".fewAtATime") else { return nil }
            return file.violation(index, "a suite that starts programs; give it the trait '.fewAtATime'")
        }
    }
}
