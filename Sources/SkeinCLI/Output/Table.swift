/// Aligned columns under headings, cut to the width of the terminal where there is one; where it is far too narrow
/// even for that, a line for each cell.
struct Table {
    struct Column {
        var title: String
        var isNumber = false
        /// How far the column may be cut when the terminal is too narrow; `nil` for never.
        var least: Int?
        var style: ((String) -> Style?)?
        /// Whether the column is left out where no row has anything in it.
        var isOptional = false

        init(
            _ title: String, number isNumber: Bool = false, least: Int? = nil, optional isOptional: Bool = false,
            style: ((String) -> Style?)? = nil
        ) {
            (self.title, self.isNumber, self.least, self.style) = (title, isNumber, least, style)
            self.isOptional = isOptional
        }

        /// The name of the store, where rows of several stores stand in one list.
        static var store: Column { Column("STORE", least: 5, optional: true) }
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: String...) { rows.append(cells.map(\.printable)) }

    /// Writes the table; `indent` blanks come before each line.
    func write(to terminal: Terminal, indent: Int = 0, header: Bool = true) {
        let shown = columns.indices.filter { index in
            !columns[index].isOptional || rows.contains { !$0[index].isEmpty }
        }
        guard shown.count == columns.count else {
            var table = Table(shown.map { columns[$0] })
            table.rows = rows.map { row in shown.map { row[$0] } }
            return table.write(to: terminal, indent: indent, header: header)
        }
        let room = terminal.width.map { $0 - indent }
        let widths = widths(in: room)
        // What is a little too wide reads better where the terminal wraps it than in many short lines.
        if let room, header, Self.total(widths) > room + room / 4 {
            return stack(in: room, to: terminal, indent: indent)
        }
        let isCut = terminal.width != nil
        let margin = String(repeating: " ", count: indent)
        if header {
            let titles = line(columns.map(\.title), widths, isCut) { text, _ in terminal.styled(text, .dim) }
            terminal.write(margin + titles)
        }
        for row in rows {
            terminal.write(
                margin
                    + line(row, widths, isCut) { text, index in
                        guard let style = columns[index].style?(row[index]) else { return text }
                        return terminal.styled(text, style)
                    })
        }
    }

    private func line(
        _ cells: [String], _ widths: [Int], _ isCut: Bool, _ styled: (String, Int) -> String
    ) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = isCut ? cell.cut(to: widths[index]) : cell
            let blanks = String(repeating: " ", count: max(0, widths[index] - text.count))
            let isLast = index == cells.count - 1
            line +=
                columns[index].isNumber ? blanks + styled(text, index) : styled(text, index) + (isLast ? "" : blanks)
            if !isLast { line += "  " }
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Writes each row as lines of titles and values: where every line of a table is wrapped, nobody finds the columns.
    private func stack(in room: Int, to terminal: Terminal, indent: Int) {
        let width = columns.map(\.title.count).max() ?? 0
        let margin = String(repeating: " ", count: indent)
        for (number, row) in rows.enumerated() {
            if number > 0 { terminal.write() }
            for (column, cell) in zip(columns, row) where !cell.isEmpty {
                let text = column.least == nil ? cell : cell.cut(to: room - width - 2)
                let value = column.style?(cell).map { terminal.styled(text, $0) } ?? text
                terminal.write(margin + terminal.styled(column.title.padded(to: width), .dim) + "  " + value)
            }
        }
    }

    private static func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + 2 * (widths.count - 1) }

    /// Takes what is too much from the widest columns that may be cut.
    private func widths(in limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
        }
        // Where nothing is cut, one long text must not make all rows long.
        guard let limit else { return widths.map { min($0, 60) } }
        while Self.total(widths) > limit {
            let flexible = widths.indices.filter { index in columns[index].least.map { widths[index] > $0 } ?? false }
            guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }
}
