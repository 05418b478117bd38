/// Limits on what a reader has to hold in mind at once.
enum SizeRules {
    static let maximumFileLines = 500
    static let maximumFunctionLines = 70
    static let maximumColumns = 120

    static func files(_ file: SourceFile) -> [Violation] {
        guard file.lines.count > maximumFileLines else { return [] }
        return [
            Violation(
                file: file.path, line: 0,
                message: "\(file.lines.count) lines; at most \(maximumFileLines): move a topic to Type+Topic.swift")
        ]
    }

    static func lines(_ file: SourceFile) -> [Violation] {
        file.lines.indices.filter { file.lines[$0].count > maximumColumns }.map { index in
            file.violation(index, "\(file.lines[index].count) columns; at most \(maximumColumns)")
        }
    }

    static func functions(_ file: SourceFile) -> [Violation] {
        FunctionScanner.functions(in: file).filter { $0.length > maximumFunctionLines && !$0.isSwitch }.map {
            file.violation(
                $0.line,
                "\($0.length) lines in one function; at most \(maximumFunctionLines): name its parts. Only a function "
                    + "that is one switch without a default may be longer")
        }
    }
}

/// Finds the bodies of functions, initialisers, subscripts and computed properties by counting braces.
struct FunctionScanner {
    struct Function: Equatable {
        /// The index of the line of the keyword.
        let line: Int
        /// From the line of the keyword to the line of the closing brace.
        let length: Int
        /// Whether the body is one `switch` that names every case. To divide it would hide from the compiler whether a
        /// case is missing.
        var isSwitch = false
    }

    /// Words that can only begin the next declaration, so that the one before has no body.
    private static let nextDeclaration: Set<String> = [
        "func", "init", "deinit", "subscript", "var", "let", "case", "struct", "class", "enum", "protocol", "extension",
        "actor", "typealias", "associatedtype", "public", "private", "fileprivate", "internal", "package", "static",
        "mutating", "override", "import",
    ]

    private let lines: [[UInt8]]

    static func functions(in file: SourceFile) -> [Function] {
        let scanner = FunctionScanner(lines: file.code.map { Array($0.utf8) })
        return file.code.indices.flatMap { line in
            scanner.keywords(in: line).compactMap { scanner.function(at: line, after: $0) }
        }
    }

    /// Where the keywords that begin a function end in a line.
    private func keywords(in line: Int) -> [Int] {
        words(in: line).filter { word in
            switch word.text {
            case "func", "deinit", "subscript": true
            case "init": word.start == 0 || lines[line][word.start - 1] != 0x2E
            case "var": isComputed(lines[line][word.end...])
            default: false
            }
        }.map(\.end)
    }

    private func isComputed(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let brace = rest.firstIndex(of: 0x7B) else { return false }
        return !rest[..<brace].contains(0x3D) && rest[..<brace].contains(0x3A)
    }

    private func function(at start: Int, after column: Int) -> Function? {
        var (line, column, nesting) = (start, column, 0)
        while line < lines.count {
            let ends = words(in: line).filter { Self.nextDeclaration.contains($0.text) && $0.start >= column }.map(
                \.start)
            while column < lines[line].count {
                switch lines[line][column] {
                case 0x28, 0x5B: nesting += 1
                case 0x29, 0x5D: nesting -= 1
                case 0x7B where nesting == 0:
                    return closing(line, column).map {
                        Function(
                            line: start, length: $0.line - start + 1,
                            isSwitch: isSwitch(from: (line, column + 1), to: $0))
                    }
                case 0x7D where nesting == 0: return nil
                default: if nesting == 0, ends.contains(column) { return nil }
                }
                column += 1
            }
            (line, column) = (line + 1, 0)
        }
        return nil
    }

    private typealias Place = (line: Int, column: Int)

    /// The place of the brace that closes the one at the given place.
    private func closing(_ line: Int, _ column: Int) -> Place? {
        var depth = 0
        for index in line..<lines.count {
            for (place, byte) in lines[index].enumerated() where index > line || place >= column {
                if byte == 0x7B { depth += 1 }
                if byte == 0x7D { depth -= 1 }
                if depth == 0, byte == 0x7D { return (index, place) }
            }
        }
        return nil
    }

    /// Whether all that lies between two places is one `switch` without a `default`.
    private func isSwitch(from start: Place, to end: Place) -> Bool {
        var text: [UInt8] = []
        for line in start.line...end.line {
            let first = line == start.line ? start.column : 0
            let last = line == end.line ? end.column : lines[line].count
            text += lines[line][first..<max(first, last)] + [0x20]
        }
        let body = String(decoding: text, as: UTF8.self).trimmed
        guard body.hasPrefix("switch "), body.hasSuffix("}") else { return false }
        var depth = 0
        var (isFirst, hasDefault) = (true, false)
        for (index, byte) in body.utf8.enumerated() {
            switch byte {
            case 0x7B: depth += 1
            case 0x7D:
                depth -= 1
                if depth == 0 { isFirst = isFirst && index == body.utf8.count - 1 }
            default: hasDefault = hasDefault || depth == 1 && body.utf8.dropFirst(index).starts(with: "default:".utf8)
            }
        }
        return isFirst && !hasDefault
    }

    private func words(in line: Int) -> [(text: String, start: Int, end: Int)] {
        var words: [(text: String, start: Int, end: Int)] = []
        var start: Int?
        for (index, byte) in (lines[line] + [0x20]).enumerated() {
            let isWord = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F
            if isWord {
                start = start ?? index
            } else if let begin = start {
                words.append((String(decoding: lines[line][begin..<index], as: UTF8.self), begin, index))
                start = nil
            }
        }
        return words
    }
}
