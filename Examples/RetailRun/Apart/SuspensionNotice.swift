import Skein

/// Tells people whose channel an operator has stopped, and how to let it go on; each stop once.
struct SuspensionNotice {
    private var known: Set<String> = []

    /// Takes in the files of the parts whose channels are stopped at present.
    ///
    /// - Returns: a line for each that was not, by path.
    mutating func note(_ stores: Set<String>) -> [String] {
        defer { known = stores }
        return stores.subtracting(known).sorted().map { store in
            "the channel of \(store) is suspended; let it go on with: \(Self.way(store))"
        }
    }

    /// The command that lets the channel of a file go on.
    static func way(_ store: String) -> String {
        "skein resume --channel \(ShopPart.channel) --store \(store.shellWord)"
    }
}
