/// A number with its noun, in the singular where there is one: `1 incident`, `2 processes`.
struct Counted: CustomStringConvertible {
    let description: String

    /// - Parameter zero: the word for 0.
    init(_ number: Int, _ noun: String, zero: String = "0") {
        let plural = noun.hasSuffix("s") ? noun + "es" : noun + "s"
        description = "\(number == 0 ? zero : "\(number)") \(number == 1 ? noun : plural)"
    }
}
