import HummingbirdCore

/// The query of a request, each name and value decoded; names that nobody asks for are refused.
struct QueryItems {
    /// In their order.
    private(set) var items: [(name: String, value: String)] = []

    /// - Parameter known: the names that may stand there.
    /// - Throws: ``Problem`` for another name, or a value that is not percent-encoded UTF-8.
    init(_ uri: URI, known: Set<String>) throws {
        for part in (uri.query ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(pair[0])
            guard known.contains(name) else {
                throw Problem.badRequest(
                    "'\(name)' is no parameter here; there are: \(known.sorted().joined(separator: ", "))")
            }
            items.append((name, pair.count == 2 ? try Self.decoded(pair[1]) : ""))
        }
    }

    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// - Throws: ``Problem`` where the name stands more than once.
    func one(_ name: String) throws -> String? {
        let values = all(name)
        guard values.count < 2 else {
            throw Problem.badRequest("'\(name)' stands \(values.count) times; write it once")
        }
        return values.first
    }

    private static func decoded(_ text: Substring) throws -> String {
        guard let decoded = PercentEncoding.decoded(text, plusIsBlank: true) else {
            throw Problem.badRequest("'\(text)' is not percent-encoded UTF-8")
        }
        return decoded
    }
}
