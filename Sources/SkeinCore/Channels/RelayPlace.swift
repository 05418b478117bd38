import SkeinStorage

/// What a relay has sent in transactions, as a broker keeps it with the newest of them: all that the store may not have
/// written down yet, so its length follows neither that of the log nor what is stopped.
///
/// As text `4722:9f3c02d1a7b4e685;4711-9,2`: first one of the messages, by its position and a digest of its id. By that
/// a store tells whether the place is its own. Then the positions in stretches: each says how far it begins behind the
/// end of the one before, and how much longer than one it is. These are 4711 to 4720, and 4722.
struct RelayPlace: Equatable {
    /// How long the text may be, by the contract of `Transport`.
    static let longest = 4000

    /// Ascending, and apart from one another.
    private let stretches: [ClosedRange<Int64>]
    private let witness: Int64
    private let digest: String

    /// - Parameters:
    ///   - witness: one of the positions.
    ///   - id: the id of the message there.
    init(_ positions: Set<Int64>, witness: Int64, id: MessageID) {
        var stretches: [ClosedRange<Int64>] = []
        for position in positions.sorted() {
            if let last = stretches.last, last.upperBound == position - 1 {
                stretches[stretches.count - 1] = last.lowerBound...position
            } else {
                stretches.append(position...position)
            }
        }
        (self.stretches, self.witness, digest) = (stretches, witness, Self.digest(of: id))
    }

    /// Reads what ``text`` gives; `nil` for every other text.
    init?(_ text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let names = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard names.count == 2, let witness = Int64(names[0]) else { return nil }
        var stretches: [ClosedRange<Int64>] = []
        var end: Int64 = 0
        for part in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) ?? -1 }
            guard let gap = numbers.first, gap > 0, numbers.count <= 2, case let more = numbers.dropFirst().first ?? 0,
                (0...1_000_000).contains(more), gap < .max - end - more
            else { return nil }
            stretches.append((end + gap)...(end + gap + more))
            end += gap + more
        }
        (self.stretches, self.witness, digest) = (stretches, witness, String(names[1]))
    }

    var text: String {
        var text = "\(witness):\(digest);"
        var end: Int64 = 0
        for stretch in stretches {
            if end > 0 { text += "," }
            text += String(stretch.lowerBound - end)
            if stretch.count > 1 { text += "-\(stretch.count - 1)" }
            end = stretch.upperBound
        }
        return text
    }

    /// The positions of the messages that are sent, ascending.
    var positions: [Int64] { stretches.flatMap { $0 } }

    /// Whether the place was left by a relay of this store. A place whose message was removed from the log says nothing
    /// new: a log is trimmed only below what is written down.
    func isOfStore(_ reader: any StoreReader) throws -> Bool {
        try reader.record(at: witness).map { Self.digest(of: $0.envelope.id) } == digest
    }

    private static func digest(of id: MessageID) -> String {
        var digest = StableDigest()
        digest.add(id.rawValue)
        return String(digest.value.high, radix: 16)
    }
}
