/// Gives the messages that follow from one thing (a message in hand, an instance) their ids.
///
/// An id follows from that thing, the name and subject of the message, and how many of these there were before, so work
/// that is repeated, after a crash or from an older copy of the store, gives its messages the same ids, in whatever
/// order it sends them. What they say does not enter: a message that says something else at the repetition is the same
/// message still, and whoever had it drops it.
struct DerivedIDs: Sendable {
    private struct Name: Hashable {
        var name: MessageName
        var subject: String?
    }

    private let origin: StableDigest
    /// The first message of the chain, whose time the ids carry: the only time that a repetition does not change.
    private let first: MessageID
    private var counts: [Name: UInt64] = [:]

    init(_ origin: StableDigest, chain first: MessageID) { (self.origin, self.first) = (origin, first) }

    /// The id of the next message with a name and subject, and numbers for its trace.
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

/// An id that follows from other things, and the numbers for the trace of its message.
struct DerivedID: Sendable {
    let id: MessageID
    let randomness: (UInt64, UInt64, UInt64)

    init(_ digest: StableDigest, chain first: MessageID) {
        let (high, low) = digest.value
        id = MessageID(in: first, (high, low))
        randomness = (SplitMix.mix(high), SplitMix.mix(low), SplitMix.mix(high &+ low))
    }
}
