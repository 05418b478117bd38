/// Gives ids to the messages that follow from one cause: a message that is handled, or an instance.
///
/// An id follows from the cause, the name and the subject of the message, and how many messages with that name and
/// subject there were before. So work that is repeated, after a crash or from an older copy of the store, gives its
/// messages the same ids, even if messages with other names or subjects come in another order.
///
/// The payload does not matter: a repeated message with another payload has the same id, and whoever already had the
/// message drops it.
struct DerivedIDs: Sendable {
    private struct Name: Hashable {
        var name: MessageName
        var subject: String?
    }

    private let origin: StableDigest
    /// The first message of the chain. The ids carry its time, because a repetition does not change it.
    private let first: MessageID
    private var counts: [Name: UInt64] = [:]

    init(_ origin: StableDigest, chain first: MessageID) { (self.origin, self.first) = (origin, first) }

    /// The id of the next message with a name and subject.
    mutating func next(_ name: MessageName, _ subject: String?) -> DerivedID {
        let count = counts[Name(name: name, subject: subject), default: 0]
        counts[Name(name: name, subject: subject)] = count + 1
        var digest = origin
        digest.add(name.rawValue)
        digest.add(subject ?? "")
        digest.add(count)
        return DerivedID(digest, chain: first)
    }
}

/// The id of a message, and the numbers for its trace; both follow from a digest.
struct DerivedID: Sendable {
    let id: MessageID
    let randomness: (UInt64, UInt64, UInt64)

    init(_ digest: StableDigest, chain first: MessageID) {
        let (high, low) = digest.value
        id = MessageID(in: first, (high, low))
        randomness = (SplitMix.mix(high), SplitMix.mix(low), SplitMix.mix(high &+ low))
    }
}
