/// Words that the glossary in `ARCHITECTURE.md` has replaced, so that one thing keeps one name in code, comments and
/// texts. Plain English stays possible: "kept in memory", "keeps its order", "the lock is released".
enum GlossaryRule {
    /// A word that goes, and what to say instead.
    struct Word {
        /// Matched without regard to case, in the whole line.
        let pattern: String
        let instead: String
    }

    static let words = [
        Word(
            pattern: #"\bset(s|ting)?[ -]?aside\b|setAside"#,
            instead: "'parked' for an instance or key that stopped on failure, else 'dead letter'"),
        Word(
            pattern: "spill",
            instead: "'parked' for messages of a key that go to the store, 'overflow' for those without room"),
        Word(
            pattern: #"\bheld[ -]?(up|back)\b|\b(hold|holds|holding)[ -]back\b|heldUp|heldBack"#,
            instead: "'parked', 'buffered' or 'suspended'; 'delayed' for what only takes longer"),
        Word(
            pattern: #"\b(held|kept|released) (activit|command|dead letter|entr|input|instance|key|message|system)"#,
            instead: "'parked', 'buffered', 'suspended', 'in the mailbox', or 'retried' for a dead letter"),
        Word(
            pattern: #"(held|kept|released?|hold)(Activit|Command|DeadLetter|Entr|Input|Instance|Message|System)"#,
            instead: "'parked', 'buffered', 'suspended', 'mailbox', or 'retried' for a dead letter"),
        Word(
            pattern: #"\bheld by an incident|\bkept (for|in) (an instance|it while|its mailbox|the mailbox)"#,
            instead: "'parked with an incident', 'buffered for an instance', 'waits in its mailbox'"),
        Word(
            pattern: #"\boperators?'s? operations?\b|operatorOperation"#,
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
        let found = patterns.flatMap { word, regex in
            lines.indices.filter { index in
                (try? regex.firstMatch(in: lines[index])) != nil && !exceptions.contains(where: lines[index].contains)
            }.map { Violation(file: path, line: $0 + 1, message: "say \(word.instead)") }
        }
        let inName = patterns.filter { (try? $0.regex.firstMatch(in: spoken(path))) != nil }.map {
            Violation(file: path, line: 0, message: "the name of the file: say \($0.word.instead)")
        }
        return inName + found.sorted { $0.line < $1.line }
    }

    /// A path with blanks for hyphens, so that `kept-message.patch` is found like "kept message".
    private static func spoken(_ path: String) -> String {
        String(path.map { $0 == "-" ? " " : $0 })
    }

    private static var patterns: [(word: Word, regex: Regex<AnyRegexOutput>)] {
        words.compactMap { word in (try? Regex(word.pattern).ignoresCase()).map { (word, $0) } }
    }
}
