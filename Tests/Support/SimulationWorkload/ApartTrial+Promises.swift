import SkeinCore
import SkeinStorage
import SkeinTesting
import SkeinTransport

/// What must hold at the end, read from the logs of all processes and from the broker.
extension ApartTrial {
    func brokenPromise() throws -> TrialViolation? {
        if let incident = try shop.incidents().first {
            return report(10, "an incident is left: \(incident.component) \(incident.cause) \(incident.error)")
        }
        let written = try shop.log().map(\.envelope)
        var seen: Set<MessageID> = []
        if let twice = written.first(where: { !seen.insert($0.id).inserted }) {
            return report(1, "'\(twice.name)' \(twice.id) is written twice")
        }
        for reader in groups {
            if let violation = try brokenDelivery(to: reader, of: written) { return violation }
            if let violation = try leftOver(of: reader) { return violation }
        }
        return try brokenSending() ?? brokenBusiness()
    }

    /// Checks that nothing lies at the broker twice unless it is marked as a repetition; with transactions, not even
    /// then.
    private func brokenSending() -> TrialViolation? {
        let destinations =
            groups.flatMap { $0 }.flatMap { [Destination.events(of: $0), .commands(to: $0)] }
            + groups.map { .replies(to: $0[0]) }
        for destination in destinations {
            var seen: Set<MessageID> = []
            for stored in broker.messages(sentTo: destination) {
                guard let envelope = stored.envelope, envelope.name != Sound.name else { continue }
                guard !seen.insert(envelope.id).inserted else { continue }
                guard !isTransactional, stored.isRepeated else {
                    let mark = stored.isRepeated ? "marked" : "not marked"
                    return report(1, "'\(envelope.name)' lies in \(destination) twice, \(mark) as a repetition")
                }
            }
        }
        return nil
    }

    /// Checks that a process has taken in what others have written for it, once and in the order of each key.
    private func brokenDelivery(to reader: [String], of written: [Envelope]) throws -> TrialViolation? {
        let taken = try shop.process(of: reader[0]).log().filter { $0.origin != nil }.map(\.envelope)
        for writer in groups where writer != reader {
            let theirs = Set(writer)
            let sent = written.filter { envelope in
                guard theirs.contains(envelope.source) else { return false }
                return envelope.recipient.map(reader.contains) ?? (envelope.kind == .event)
            }
            let came = taken.filter { theirs.contains($0.source) }
            for (lane, ids) in byLane(sent) {
                let received = byLane(came)[lane] ?? []
                if lane.isLossy {
                    if !isSubsequence(received, of: ids) {
                        return report(2, "'\(reader[0])' has other sounds, or in another order")
                    }
                } else if received != ids {
                    let text = received.count == ids.count ? "in another order" : "\(received.count) of \(ids.count)"
                    return report(
                        received.count == ids.count ? 2 : 1,
                        "'\(reader[0])' has of \(lane) of '\(writer[0])': \(text)")
                }
            }
            for (lane, ids) in byLane(came) where byLane(sent)[lane] == nil {
                return report(1, "'\(reader[0])' has \(ids.count) of \(lane) that '\(writer[0])' has not written")
            }
        }
        return nil
    }

    /// Checks that nothing for a process lies at the broker, and that it knows what the others declare.
    private func leftOver(of reader: [String]) throws -> TrialViolation? {
        let name = reader[0]
        let remotes = groups.flatMap { $0 }.filter { !reader.contains($0) }
        let destinations =
            remotes.map { (Destination.events(of: $0), name) } + [(.replies(to: name), name)]
            + reader.map { (.commands(to: $0), $0) }
        for (destination, own) in destinations {
            let count = broker.unacknowledged(by: own, in: destination)
            if count > 0 { return report(10, "\(count) messages of \(destination) lie at the broker for '\(own)'") }
        }
        let store = try shop.store(of: name).makeReader()
        for remote in remotes where try store.catalogue(of: remote) == nil {
            return report(10, "'\(name)' has never learned what '\(remote)' declares")
        }
        return nil
    }

    /// What keeps its order.
    private struct Lane: Hashable, CustomStringConvertible {
        /// The component that alone gets it; `nil` for events.
        var recipient: String?
        var source: String
        var subject: String
        var isLossy: Bool

        var description: String { "\(source)/\(subject)\(recipient.map { " for \($0)" } ?? "")" }
    }

    private func byLane(_ envelopes: [Envelope]) -> [Lane: [MessageID]] {
        Dictionary(grouping: envelopes) { envelope in
            Lane(
                recipient: envelope.recipient, source: envelope.source, subject: envelope.subject,
                isLossy: envelope.name == Sound.name)
        }.mapValues { $0.map(\.id) }
    }

    private func isSubsequence(_ part: [MessageID], of whole: [MessageID]) -> Bool {
        var rest = part[...]
        for id in whole where id == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }
}

/// What the components promise.
extension ApartTrial {
    private func brokenBusiness() throws -> TrialViolation? {
        for key in Workload.keys {
            let ticks = try messages(Tick.self).filter { $0.key == key }.map(\.number)
            let counted = try messages(Counted.self).filter { $0.key == key }.map(\.tick)
            let lists: [(String, [Int])] = [
                ("counted", counted), ("noted by 'counter'", try list("ticks/\(key)", of: "counter")),
                ("noted by 'spare'", try list("spare/\(key)", of: "spare")),
                ("kept", try messages(Kept.self).filter { $0.key == key }.map(\.tick)),
                ("read", try list("read/\(key)", of: "reader")),
            ]
            for (what, numbers) in lists where numbers != ticks {
                return report(1, "of the ticks \(ticks) of '\(key)', \(numbers) are \(what)")
            }
            // The saga learns of ticks and of counts from two others, so that a count may come before the tick.
            let watched = try messages(Watched.self).filter { $0.key == key }.map(\.tick)
            guard watched == counted.filter(Set(watched).contains) else {
                return report(2, "of the counts \(counted) of '\(key)', \(watched) are watched")
            }
            let items = try messages(Item.self).filter { $0.key == key }.map(\.number)
            let collected = try messages(Collected.self).filter { $0.key == key }.map(\.number)
            let start = try messages(CollectRequested.self).first { $0.key == key }
            guard collected == Array(items.prefix(start?.count ?? 0)) else {
                return report(1, "of the items \(items) of '\(key)', \(collected) are collected")
            }
        }
        return try brokenProcesses() ?? brokenErrand()
    }

    private func brokenProcesses() throws -> TrialViolation? {
        let heard = try messages(Heard.self).map(\.id).sorted()
        let listeners = try messages(ListenRequested.self).map(\.id).sorted()
        guard heard == listeners else { return report(1, "of the listeners \(listeners), \(heard) have heard a bell") }
        for start in try messages(RoundsRequested.self) {
            let ends = try messages(RoundsEnded.self).filter { $0.id == start.id }.count
            guard ends == 1 else { return report(1, "the rounds '\(start.id)' have ended \(ends) times") }
        }
        for start in try messages(RaceRequested.self) {
            let ends = try messages(RaceEnded.self).filter { $0.id == start.id }.count
            guard ends == 1 else { return report(1, "the race '\(start.id)' has ended \(ends) times") }
        }
        return nil
    }

    private func brokenErrand() throws -> TrialViolation? {
        for start in try messages(ErrandRequested.self) {
            let ends = try messages(ErrandEnded.self).filter { $0.id == start.id }
            guard let end = ends.first, ends.count == 1 else {
                return report(1, "the errand '\(start.id)' has ended \(ends.count) times")
            }
            let charges = workload.bank.acts.count { $0 == "charge \(start.id)" }
            let counts = try ["withdrawn", "reserved", "credited", "released"].map { name in
                try list("\(name)/\(start.id)", of: "till").count
            }
            guard counts == (end.isDone ? [1, 1, 0, 0] : [1, 1, 1, 1]), charges == (end.isDone ? 1 : 0) else {
                return report(1, "the errand '\(start.id)' is done: \(end.isDone), charged \(charges), till \(counts)")
            }
        }
        return nil
    }

    /// The messages of a type, where they were written.
    private func messages<Written: Message>(_ type: Written.Type) throws -> [Written] {
        try shop.process(of: type.name.component).messages(of: type)
    }

    /// A list that handlers keep in the store of their process.
    private func list(_ name: String, of component: String) throws -> [Int] {
        try (shop.store(of: component) as? MemoryStore)?.transaction { $0[name] as? [Int] ?? [] } ?? []
    }
}
