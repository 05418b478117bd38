import Skein

/// What a store holds before a round begins.
struct Filling: Sendable {
    /// As it stands in the names of figures.
    let name: String
    /// Fills a new store through the runtime that works on it; `nil` for an empty one.
    let fill: (@Sendable (Runtime) async throws -> Void)?

    /// Nothing: a new file for each round.
    static let empty = Filling(name: "empty store", fill: nil)
}
