/// Words that the glossary in `ARCHITECTURE.md` has replaced, so that one thing keeps one name in code, comments and
/// texts. Plain English stays possible: "kept in memory", "keeps its order", "the lock is released".
enum GlossaryRule {
    /// A word that goes, and what to say instead.
    struct Word {
        /// Matched without regard to case, in the whole line.
        let pattern: String
        /// Every match contains one of these, in lower case. Texts are searched for them first, which is much faster.
        let stems: [String]
        let instead: String
    }

    static let words = [
        Word(
            pattern: #"\bset(s|ting)?[ -]?aside\b|setAside"#,
            stems: ["aside"],
            instead: "'parked' for an instance or key that stopped on failure, else 'dead letter'"),
        Word(
            pattern: "spill",
            stems: ["spill"],
            instead: "'parked' for messages of a key that go to the store, 'overflow' for those without room"),
        Word(
            pattern: #"\bheld[ -]?(up|back)\b|\b(hold|holds|holding)[ -]back\b|heldUp|heldBack"#,
            stems: ["held", "hold"],
            instead: "'parked', 'buffered' or 'suspended'; 'delayed' for what only takes longer"),
        Word(
            pattern: #"\b(held|kept|released) (activit|command|dead letter|entr|input|instance|key|message|system)"#,
            stems: ["held", "kept", "released"],
            instead: "'parked', 'buffered', 'suspended', 'in the mailbox', or 'retried' for a dead letter"),
        Word(
            pattern: #"(held|kept|released?|hold)(Activit|Command|DeadLetter|Entr|Input|Instance|Message|System)"#,
            stems: ["held", "kept", "release", "hold"],
            instead: "'parked', 'buffered', 'suspended', 'mailbox', or 'retried' for a dead letter"),
        Word(
            pattern: #"\bheld by an incident|\bkept (for|in) (an instance|it while|its mailbox|the mailbox)"#,
            stems: ["held", "kept"],
            instead: "'parked with an incident', 'buffered for an instance', 'waits in its mailbox'"),
        Word(
            pattern: #"\boperators?'s? operations?\b|operatorOperation"#,
            stems: ["operation"],
            instead: "'action' for what an operator does; an operation is what the code of a process issues"),
    ]

    /// Where such a word stays, with the reason.
    static let exceptions: Set<String> = [
        // The table of suspended systems; stores that were written before have it under this name.
        "CREATE TABLE held(system", "FROM held ", #"Self.put("held","#, #"Self.remove("held","#,
    ]

    static func check(_ file: SourceFile) -> [Violation] { check(file.path, file.lines) }

    static func check(_ path: String, _ lines: [String]) -> [Violation] {
        // The rule and its tests have to name the words.
        guard !path.hasPrefix("Tests/TidyTests/") else { return [] }
        let texts = [spoken(path)] + lines
        let lowercased = texts.map { $0.lowercased() }
        let found = words.flatMap { word in
            let candidates = texts.indices.filter { word.stems.contains(where: lowercased[$0].contains) }
            guard !candidates.isEmpty, let regex = try? Regex(word.pattern).ignoresCase() else { return [Violation]() }
            return candidates.filter { index in
                (try? regex.firstMatch(in: texts[index])) != nil && !exceptions.contains(where: texts[index].contains)
            }.map { Violation(file: path, line: $0, message: ($0 == 0 ? "the name: say " : "say ") + word.instead) }
        }
        return found.sorted { $0.line < $1.line }
    }

    /// A path with blanks for hyphens, so that `kept-message.patch` is found like "kept message".
    private static func spoken(_ path: String) -> String {
        String(path.map { $0 == "-" ? " " : $0 })
    }
}
