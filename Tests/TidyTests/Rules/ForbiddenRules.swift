/// Words that must not appear, each with the way out.
enum ForbiddenRules {
    /// Where text may go to standard output: executables, not libraries.
    static let printing = ["Sources/SkeinCLI", "Examples"]

    /// Files that may start a task that no one awaits, with the reason.
    static let looseTasks: Set<String> = [
        // The user's code may never return; the runtime seals its effects and goes on without it.
        "Sources/SkeinCore/Execution/UserTask.swift",
        // A process's code runs on the executor that its machine drains, so the machine is who awaits it.
        "Sources/SkeinCore/Processes/CodeMachine.swift",
        // What a test asks of the runtime runs on the simulation's executor, which is drained before the call returns.
        "Sources/SkeinTesting/Simulation/Simulation.swift",
        // Clients and operators of a trial, on its executor; a killed process takes them along.
        "Sources/SkeinTesting/Trials/TrialRun.swift",
        // A check fails when an adapter hangs, also one that does not heed cancellation, which a task group waits for.
        "Sources/SkeinTesting/Conformance/ConformancePatience.swift",
    ]

    /// The places of the core that read the clocks of the machine and of its threads; all other code gets them
    /// injected.
    static let systemClocks: Set<String> = [
        "Sources/SkeinCore/Time/SystemClock.swift", "Sources/SkeinCore/Execution/ThreadTime.swift",
    ]

    static let unfinishedWords = ["TO" + "DO", "FIX" + "ME"]

    static func unfinished(_ file: SourceFile) -> [Violation] {
        file.lines.indices.flatMap { index in
            unfinishedWords.filter { file.code[index].contains($0) || file.comments[index].contains($0) }.map { word in
                file.violation(index, "'\(word)' is left; finish it or leave it out")
            }
        }
    }

    static func crashing(_ file: SourceFile) -> [Violation] {
        find(["try!", "as!", "fatalError("], in: file) { "'\($0)' crashes on what input can reach; throw an error" }
    }

    /// Each access to a function that a generic type holds directly wraps it in two more functions, if the access may
    /// change it: a call after a million accesses goes through two million of them.
    static func wrappedFunctions(_ file: SourceFile) -> [Violation] {
        find(["Mutex<(@", "Mutex<@", "Mutex<(("], in: file) { _ in
            "a function in a Mutex gets deeper with each access; put it into a structure, and that into the Mutex"
        }
    }

    static func printing(_ file: SourceFile) -> [Violation] {
        guard file.isBelow("Sources") || file.isBelow("Examples"), !printing.contains(where: file.isBelow) else {
            return []
        }
        return find(["print(", "debugPrint(", "dump("], in: file) { "'\($0)' in a library; log, or return the text" }
    }

    static func clocks(_ file: SourceFile) -> [Violation] {
        guard file.target == "SkeinCore", file.isBelow("Sources"), !systemClocks.contains(file.path) else { return [] }
        let words = [
            "Date()", "Date.now", "ContinuousClock.now", "ContinuousClock()", "SuspendingClock.now",
            "SuspendingClock()",
            "DispatchTime.now", "clock_gettime(", "gettimeofday(", "UUID()", "SystemRandomNumberGenerator",
        ]
        return find(words, in: file) { "'\($0)' in the core; take the injected clock or randomness" }
    }

    static func tasks(_ file: SourceFile) -> [Violation] {
        guard !file.isBelow("Tests"), !looseTasks.contains(file.path) else { return [] }
        return file.code.indices.compactMap { index in
            guard file.code[index].contains("Task"), startsTask(file.code[index]) else { return nil }
            let way = "use a task group or a Service, or list the file with its reason"
            return file.violation(index, "a task that no one awaits; \(way)")
        }
    }

    private static func startsTask(_ line: String) -> Bool {
        let plain = /(?:^|[^A-Za-z0-9_.])Task(?:\.(?:detached|immediate|immediateDetached))?\s*[\{\(]/
        let generic = /(?:^|[^A-Za-z0-9_.:>\s])\s*Task(?:\.[A-Za-z]+)?<[^\{\}\(\)]*>\s*[\{\(]/
        let isExtension = line.contains("extension Task")
        return !isExtension && (line.contains(plain) || line.contains(generic))
    }

    /// The proof stands directly above the declaration, or as the first thing in its body.
    static func unchecked(_ file: SourceFile) -> [Violation] {
        file.code.indices.compactMap { index in
            guard file.code[index].contains("@unchecked Sendable") else { return nil }
            var proof: [Substring] = []
            var above = index - 1
            while above >= 0, file.lines[above].trimmed.hasPrefix("@") { above -= 1 }
            while above >= 0, file.lines[above].trimmed.hasPrefix("//") {
                proof.append(file.lines[above].trimmed)
                above -= 1
            }
            if index + 1 < file.lines.count { proof.append(file.lines[index + 1].trimmed) }
            let isProved = proof.contains { $0.drop { $0 == "/" }.hasPrefix(" Proof for `@unchecked`: ") }
            guard !isProved else { return nil }
            return file.violation(index, "say why it is safe, directly above: '// Proof for `@unchecked`: …'")
        }
    }

    /// The proof stands directly above the declaration, or above several such declarations one after the other.
    static func unsafe(_ file: SourceFile) -> [Violation] {
        file.code.indices.compactMap { index in
            guard file.code[index].contains("nonisolated(unsafe)") else { return nil }
            var above = index - 1
            while above >= 0, file.code[above].contains("nonisolated(unsafe)") { above -= 1 }
            while above >= 0, file.lines[above].trimmed.hasPrefix("//") {
                if file.lines[above].trimmed.hasPrefix("// Proof for `unsafe`: ") { return nil }
                above -= 1
            }
            return file.violation(index, "say why it is safe, directly above: '// Proof for `unsafe`: …'")
        }
    }

    /// Finds words that do not continue another word or a member access.
    private static func find(
        _ words: [String], in file: SourceFile, message: (String) -> String
    ) -> [Violation] {
        file.code.indices.flatMap { index in
            words.filter { word in
                file.code[index].ranges(of: word).contains { range in
                    guard range.lowerBound > file.code[index].startIndex else { return true }
                    let before = file.code[index][file.code[index].index(before: range.lowerBound)]
                    return !(before.isLetter || before.isNumber || before == "_" || before == ".")
                }
            }.map { file.violation(index, message($0)) }
        }
    }
}
