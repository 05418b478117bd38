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
    /// - Parameter reviving: whether the code of a parked instance is replayed. Otherwise a parked instance is loaded
    ///   without code, because its code may be the reason why it is parked.
    /// - Returns: `nil` when there is no such instance. An instance whose journal does not match the code is parked.
    func load(_ id: InstanceID, reviving: Bool = false) throws -> LiveInstance? {
        if let instance = live.use(id) { return instance }
        guard let stored = try kernel.reader.together({ try read(id, reviving: reviving) }) else { return nil }
        let (row, waits) = (stored.row, stored.waits)
        let attributes = try row.attributes.map { try JSONDecoder().decode([String: String].self, from: $0) } ?? [:]
        let definition = kernel.definitions.definition(of: row.process, version: row.version)
        let stands = row.status == .parked && !reviving
        let machine = stands ? nil : definition?.makeMachine(for: row, in: setting)
        let instance = LiveInstance(
            row: row, machine: machine ?? AbsentMachine(), journalSeq: max(row.stateSeq, stored.journalEnd),
            waits: waits, attributes: attributes)
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
        if let machine, let progress = stored.progress {
            do {
                let (timers, journal) = try progress.get()
                let open = OpenRows(waits: waits, timers: timers)
                try machine.restore(row, journal: try entries(of: row, from: journal), open: open) {
                    try kernel.watch.guarding(row, nil, $0)
                }
            } catch let mismatch as JournalMismatch {
                problem = ("journalMismatch", mismatch.description)
            } catch let error as StoreError where error.code != .corrupt {
                throw error
            } catch {
                problem = ("unreadable", "the stored state cannot be read by the code as it is now: \(error)")
            }
        }
        live.insert(instance)
        if let problem { try park(instance, cause: problem.cause, error: problem.error) }
        return instance
    }

    /// What the store has of an instance.
    private struct Stored {
        let row: InstanceRow
        let waits: Set<WaitRow>
        let journalEnd: Int64
        let hasMailbox: Bool
        /// What its code needs to go on, or why that cannot be read; `nil` when its code does not go on.
        let progress: Result<(timers: [TimerRow], journal: [JournalRow]), any Error>?
    }

    /// - Returns: `nil` when this kernel has no such instance.
    private func read(_ id: InstanceID, reviving: Bool) throws -> Stored? {
        let reader = kernel.reader
        guard let row = try reader.instance(id), row.component == kernel.component,
            (row.notation == .entity) == kernel.servesEntities
        else { return nil }
        let goesOn = !row.status.isEnded && (row.status != .parked || reviving)
        return Stored(
            row: row, waits: Set(try reader.waits(of: id)), journalEnd: try reader.journalEnd(of: id),
            hasMailbox: try !mailboxes.isEmpty(of: id),
            progress: goesOn
                ? Result { (try reader.timers(of: id), try journal(of: row, after: row.stateSeq)) } : nil)
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
