/// Finds the word that was probably meant.
enum Spelling {
    /// The closest of the candidates, if it differs by no more than a third of its letters; upper and lower case count
    /// as equal.
    static func closest(to word: String, among candidates: [String]) -> String? {
        let scored = candidates.map { (distance(word.lowercased(), $0.lowercased()), $0) }
        guard let (distance, best) = scored.min(by: { $0.0 < $1.0 }), distance <= max(1, best.count / 3) else {
            return nil
        }
        return best
    }

    /// The edit distance of Levenshtein: insertions, deletions and replacements. Cost: product of the lengths.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
