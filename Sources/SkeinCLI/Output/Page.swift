/// A page of headings, facts and paragraphs about one thing.
struct Page {
    let terminal: Terminal

    init(_ terminal: Terminal = .output) { self.terminal = terminal }

    func title(_ text: String, _ note: String = "", _ style: Style = .dim) {
        terminal.write(
            terminal.styled(text.printable, .bold) + (note.isEmpty ? "" : "  " + terminal.styled(note, style)))
    }

    func heading(_ text: String) {
        terminal.write()
        terminal.write(terminal.styled(text, .bold))
    }

    /// Names and values, the values aligned; those that are `nil` are left out.
    func facts(_ facts: [(String, String?)]) {
        let known = facts.compactMap { fact in fact.1.map { (fact.0, $0) } }
        let width = known.map(\.0.count).max() ?? 0
        for (name, value) in known {
            paragraph(value, lead: "  " + name.padded(to: width) + "  ", style: .dim)
        }
    }

    /// A text, wrapped under itself after `lead`.
    func paragraph(_ text: String, lead: String, style: Style? = nil) {
        let room = terminal.width.map { max(20, $0 - lead.count) } ?? .max
        var lines: [String] = []
        var line = ""
        for word in text.printable.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty && lines.isEmpty && !word.isEmpty ? String(word) : (line.isEmpty ? "" : " ") + word
            }
        }
        lines.append(line)
        let styled = style.map { terminal.styled(lead, $0) } ?? lead
        for (index, line) in lines.enumerated() {
            terminal.write((index == 0 ? styled : String(repeating: " ", count: lead.count)) + line)
        }
    }
}
