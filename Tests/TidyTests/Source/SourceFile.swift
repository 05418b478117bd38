/// The text of one Swift file, with what is code in it told apart from comments and strings.
struct SourceFile {
    /// Relative to the root of the package.
    let path: String
    /// The lines as they are written.
    let lines: [String]
    /// The same lines with comments and the text of strings blanked; code in interpolations stays.
    let code: [String]
    /// The same lines with everything but comments blanked.
    let comments: [String]

    init(_ path: String, _ text: String) {
        self.path = path
        let bytes = Array(text.utf8)
        let kinds = SourceScanner.kinds(of: bytes)
        lines = Self.lines(bytes)
        code = Self.lines(Self.keep(.code, bytes, kinds))
        comments = Self.lines(Self.keep(.comment, bytes, kinds))
    }

    /// The target that the file belongs to: the folder below `Sources`, `Tests` or `Examples`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    func isBelow(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }

    func violation(_ index: Int, _ message: String) -> Violation {
        Violation(file: path, line: index + 1, message: message)
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    private static func keep(_ kind: SourceScanner.Kind, _ bytes: [UInt8], _ kinds: [SourceScanner.Kind]) -> [UInt8] {
        zip(bytes, kinds).map { byte, other in byte == 0x0A || other == kind ? byte : 0x20 }
    }
}

extension String {
    /// The lines of a text, without their ends.
    var lineTexts: [String] { split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    var trimmed: Substring {
        let start = firstIndex { $0 != " " && $0 != "\t" } ?? endIndex
        let end = lastIndex { $0 != " " && $0 != "\t" } ?? startIndex
        return start < endIndex ? self[start...end] : ""
    }
}
