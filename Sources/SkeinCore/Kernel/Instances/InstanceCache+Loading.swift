import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Bringing instances into memory, and putting them out of it.
extension InstanceCache {
    /// Makes an instance live, from its journal if need be.
    ///
    /// A parked instance is loaded without code, because its code may be the reason why it is parked.
    ///
    /// - Returns: `nil` when there is no such instance. An instance whose rows cannot be read, or whose journal does
    ///   not match the code, is parked.
    func load(_ id: InstanceID) throws -> LiveInstance? {
        if let instance = live.use(id) { return instance }
        guard let stored = try kernel.reader.together({ try read(id) }) else { return nil }
        let (row, waits) = (stored.row, stored.waits)
        let definition = kernel.definitions.definition(of: row.process, version: row.version)
        let staysParked = row.status == .parked || row.unreadable != nil
        let machine = staysParked ? nil : definition?.makeMachine(for: row, in: setting)
        let instance = LiveInstance(
            row: row, machine: machine ?? AbsentMachine(), journalSeq: max(row.stateSeq, stored.journalEnd),
            waits: waits)
        if let unreadable = row.unreadable {
            live.insert(instance)
            try reportUnreadable(instance, unreadable)
            return instance
        }
        guard definition != nil else {
            live.insert(instance)
            try park(
                instance, cause: "noDefinition",
                error:
                    "version \(row.version) of '\(row.process)' is not deployed; deploy it together with newer "
                    + "versions, then retry the instance")
            return instance
        }
        // The process may have died, or the instance may have been evicted, after an operator resumed it and before its
        // mailbox was emptied.
        instance.isCatchingUp = row.status == .running && stored.hasMailbox
        var problem: (cause: String, error: String)?
        if let machine, let progress = stored.progress { problem = try revive(instance, machine, from: progress) }
        live.insert(instance)
        if let problem {
            try park(instance, cause: problem.cause, error: problem.error)
        } else if row.status != .parked {
            try resolveUnreadable(instance)
        }
        return instance
    }

    /// What the store has of an instance.
    private struct Stored {
        let row: InstanceRow
        let waits: Set<WaitRow>
        let journalEnd: Int64
        let hasMailbox: Bool
        /// What its code needs to go on, or why that cannot be read; `nil` when its code does not go on.
        let progress: Progress?
    }

    private typealias Progress = Result<(timers: [TimerRow], journal: [JournalRow]), any Error>

    /// - Returns: `nil` when this kernel has no such instance.
    private func read(_ id: InstanceID) throws -> Stored? {
        let reader = kernel.reader
        guard let row = try reader.instance(id), row.component == kernel.component else { return nil }
        // Such a row does not tell its notation, so the kernel that asks is taken for the right one.
        guard row.unreadable != nil || (row.notation == .entity) == kernel.servesEntities else { return nil }
        let goesOn = !row.status.isEnded && row.status != .parked
        return Stored(
            row: row, waits: Set(try reader.waits(of: id)), journalEnd: try reader.journalEnd(of: id),
            hasMailbox: try !mailboxes.isEmpty(of: id),
            progress: goesOn
                ? Result { (try reader.timers(of: id), try journal(of: row, after: row.stateSeq)) } : nil)
    }

    /// Reads what the rows of an instance say, and replays its journal.
    ///
    /// - Returns: why the instance cannot go on; `nil` when it can.
    private func revive(
        _ instance: LiveInstance, _ machine: any Machine, from progress: Progress
    ) throws -> (cause: String, error: String)? {
        let row = instance.row
        do {
            instance.attributes = try row.readAttributes()
        } catch {
            return (
                "unreadable",
                "the column 'attributes' in the row of the instance is no JSON object of strings: \(error). Correct "
                    + "it, or set it to NULL, then retry the instance"
            )
        }
        if let wait = instance.waits.first(where: \.version.isMalformed) {
            return (
                "unreadable",
                "the column 'version' in the row of the wait for '\(wait.type)' with the key '\(wait.key)' holds "
                    + "'\(wait.version)', which is no schema version. Correct it, then retry the instance"
            )
        }
        do {
            let (timers, journal) = try progress.get()
            let open = OpenRows(waits: instance.waits, timers: timers)
            try machine.restore(row, journal: try entries(of: row, from: journal), open: open) {
                try kernel.watch.guarding(row, nil, $0)
            }
            return nil
        } catch let mismatch as JournalMismatch {
            return ("journalMismatch", mismatch.description)
        } catch let error as StoreError where error.code != .corrupt {
            throw error
        } catch {
            return ("unreadable", "the stored state cannot be read by the code as it is now: \(error)")
        }
    }

    /// Raises an incident for an instance whose row cannot be read, unless it has one. The row stays as it is, for
    /// whoever can read it.
    private func reportUnreadable(_ instance: LiveInstance, _ unreadable: String) throws {
        try readUnreadable()
        unreadableInstances?.insert(instance.id)
        guard try openIncidents(ofUnreadable: instance).isEmpty else { return }
        note("parked", "unreadable", on: instance)
        raiseIncident(
            of: instance, cause: "unreadable",
            error:
                "the row of the instance cannot be read: \(unreadable). Run the version that wrote it, or correct the "
                + "row; then retry the instance")
    }

    /// Resolves the incident of an instance whose row could not be read and that goes on by itself, because the row has
    /// been corrected, or newer code runs.
    private func resolveUnreadable(_ instance: LiveInstance) throws {
        try readUnreadable()
        guard unreadableInstances?.remove(instance.id) != nil else { return }
        for incident in try openIncidents(ofUnreadable: instance) {
            kernel.turn.touched.insert(instance.id)
            kernel.write(.resolveIncident(id: incident.id, at: kernel.now, resolution: "recovered"))
        }
    }

    /// Reads once which instances have such an incident, at most 1,000, so that loading needs no query. An operator's
    /// retry resolves the others.
    private func readUnreadable() throws {
        guard unreadableInstances == nil else { return }
        unreadableInstances = Set(
            try kernel.reader.openIncidents(cause: "unreadable", after: 0, limit: 1000).compactMap(\.instance))
    }

    private func openIncidents(ofUnreadable instance: LiveInstance) throws -> [IncidentRow] {
        try kernel.reader.openIncidents(of: instance.id).filter { $0.cause == "unreadable" }
    }

    private static let page = 1000

    private func journal(of row: InstanceRow, after seq: Int64) throws -> [JournalRow] {
        try kernel.reader.journal(of: row.id, after: seq, limit: Self.page)
    }

    private func entries(of row: InstanceRow, from first: [JournalRow]) throws -> [JournalEntry] {
        var (entries, page): ([JournalEntry], [JournalRow]) = ([], first)
        while true {
            entries += try page.map { try JournalEntry($0) }.filter { !$0.isNote }
            guard page.count == Self.page, let last = page.last else { return entries }
            page = try journal(of: row, after: last.seq)
        }
    }

    /// Keeps the number of live instances within its limit, least recently used first. Instances with an activity under
    /// way leave only above four times the limit, because their code is needed again soon.
    func evictIfNeeded() {
        evictEnded()
        let limit = kernel.core.configuration.liveInstances
        let isPressing = live.count > limit * 4
        let idle = live.idle(above: limit) { isAtRest($0) && (isPressing || $0.activitySeqs.isEmpty) }
        for instance in idle { evict(instance) }
    }

    /// Instances that have ended leave memory as soon as that is durable.
    private func evictEnded() {
        for id in live.ended {
            guard let instance = live[id] else { live.remove(id); continue }
            if isAtRest(instance) { evict(instance) }
        }
    }

    func evict(_ instance: LiveInstance) {
        onEviction(instance)
        live.remove(instance.id)
        if !instance.row.status.isEnded { kernel.core.counters.evictions.increment() }
        instance.machine.retire()
    }

    /// Puts all instances out of memory at once: another kernel has them, or the runtime has drained.
    func abandon() {
        for instance in live.all {
            live.remove(instance.id)
            instance.machine.retire()
        }
    }
}

extension InstanceRow {
    fileprivate func readAttributes() throws -> [String: String] {
        try attributes.map { try JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
    }
}
