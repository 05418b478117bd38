import Foundation

/// Answers for programs.
enum JSONOutput {
    /// Writes one object on one line, its members in ascending order.
    static func write(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Terminal.output.write(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// A value in JSON over several lines, for people.
    static func pretty(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
