/// A key, or the name of an outside system, as a store compares it: byte by byte.
///
/// Swift takes different spellings of one character for equal, such as an accented letter written as one scalar or as
/// two; no database does. Memory has to find by a key what the store finds by it, so nothing in memory is found by a
/// plain `String` that users choose.
struct StoredKey: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: StoredKey, right: StoredKey) -> Bool { left.text.isSpelled(like: right.text) }
}

extension String {
    /// Whether two texts have the same bytes.
    func isSpelled(like other: String) -> Bool {
        let (left, right) = (utf8, other.utf8)
        guard left.count == right.count else { return false }
        let isSame = left.withContiguousStorageIfAvailable { left in
            right.withContiguousStorageIfAvailable { left.elementsEqual($0) }
        }
        return (isSame ?? nil) ?? left.elementsEqual(right)
    }
}
