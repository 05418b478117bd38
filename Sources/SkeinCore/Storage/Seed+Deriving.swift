import SkeinStorage

extension Seed {
    /// The seed of the instance that a message starts.
    init(of process: String, key: String, in component: String, startedBy message: MessageID) {
        var digest = StableDigest()
        for text in ["instance", component, process, key, message.rawValue] { digest.add(text) }
        let (high, low) = digest.value
        self.init(high: high, low: low)
    }

    /// The seed of the instance after `restart(with:)`, which numbers its operations anew.
    var restarted: Seed {
        let (high, low) = digest("restart").value
        return Seed(high: high, low: low)
    }

    /// A digest of the seed and a purpose, to which more may be added.
    func digest(_ purpose: String) -> StableDigest {
        var digest = StableDigest()
        digest.add(purpose)
        digest.add(high)
        digest.add(low)
        return digest
    }
}

extension InstanceRow {
    /// The ids of the messages that an entity or saga sends in reaction to a message. They do not depend on the order
    /// in which messages reach it, because repeated work may bring them in another order.
    func ids(for message: Envelope) -> DerivedIDs {
        var digest = StableDigest()
        for text in ["reaction", component, process, key, message.id.rawValue] { digest.add(text) }
        return DerivedIDs(digest, chain: message.correlationID)
    }

    /// The ids of the messages that a saga sends when it is woken for a purpose.
    ///
    /// - Parameter count: how often it has been woken for the purpose before.
    func ids(forWake purpose: String, _ count: UInt64) -> DerivedIDs {
        var digest = seed.digest("wake")
        digest.add(purpose)
        digest.add(count)
        return DerivedIDs(digest, chain: correlationID)
    }
}
