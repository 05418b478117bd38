import SkeinCore

/// The top-level fields of a payload that may hold a key: texts and whole numbers.
///
/// What is shown of them is bounded: ``count`` fields, ``length`` characters each. A payload of more than 64 KiB, or
/// one that is no JSON object, has none.
struct KeyFields {
    /// How many fields are shown.
    static let count = 4
    /// How long a value is shown; the rest is cut off.
    static let length = 40

    private let values: [String: String]

    init(_ payload: Payload) {
        guard payload.bytes.count <= 65_536, case .object(let members) = JSONValue(payload.bytes) else {
            values = [:]
            return
        }
        values = members.compactMapValues { value in
            switch value {
            case .string(let text): text
            case .integer(let number): "\(number)"
            case .null, .bool, .number, .array, .object: nil
            }
        }
    }

    /// The field that holds a key; the first by name where several do.
    func name(of key: String) -> String? { values.filter { $0.value == key }.keys.min() }

    /// The fields that look most like keys: those called so, or else those that are one word, by name.
    ///
    /// - Parameter known: a value that is shown already.
    func likely(besides known: String) -> [(name: String, value: String)] {
        let words = values.filter { _, value in
            !value.isEmpty && value != known && !value.contains { $0.isWhitespace }
        }
        let called = words.filter { name, _ in Self.isCalledKey(name) }
        return (called.isEmpty ? words : called).sorted { $0.key < $1.key }.prefix(Self.count).map { name, value in
            (name, value.count <= Self.length ? value : value.prefix(Self.length - 1) + "…")
        }
    }

    private static func isCalledKey(_ name: String) -> Bool {
        ["id", "key", "number", "reference"].contains { name.lowercased().hasSuffix($0) }
    }
}
