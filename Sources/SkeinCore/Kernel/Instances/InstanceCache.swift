import SkeinStorage
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
internal import Logging

/// The instances of one kernel that are in memory, and what is written about them besides their reactions: rows,
/// journals, mailboxes, incidents.
///
/// An instance in memory is the truth about itself, the store about all others. Confined to the runner of the kernel.
final class InstanceCache {
    let kernel: KernelContext
    let mailboxes: Mailboxes
    var live = LiveInstances()
    /// Instances with an open incident because their rows cannot be read; `nil` before the first look.
    var unreadableInstances: Set<InstanceID>?
    /// Called with an instance that leaves memory.
    var onEviction: (LiveInstance) -> Void = { _ in }

    init(_ kernel: KernelContext) {
        self.kernel = kernel
        mailboxes = Mailboxes(kernel)
    }

    subscript(id: InstanceID) -> LiveInstance? { live[id] }

    /// Whether the store knows everything about an instance.
    func isAtRest(_ instance: LiveInstance) -> Bool {
        instance.ticket <= kernel.committedTicket && !kernel.turn.touched.contains(instance.id)
    }

    var setting: MachineSetting {
        let core = kernel.core
        return MachineSetting(
            component: kernel.component, factory: core.factory, catalogue: core.catalogue, counters: core.counters,
            escaped: { [post = kernel.post] in post(.escaped(instance: $0)) })
    }

    /// The id of the instance with a key.
    func find(_ identity: InstanceKey) throws -> InstanceID? {
        if let id = live.id(of: identity) { return id }
        return try kernel.reader.instance(component: kernel.component, process: identity.process, key: identity.key)?.id
    }

    /// The id of the instance with a key, unless it has ended.
    func findUnended(_ identity: InstanceKey) throws -> InstanceID? {
        if let id = live.id(of: identity), let instance = live[id] { return instance.row.status.isEnded ? nil : id }
        let row = try kernel.reader.instance(
            component: kernel.component, process: identity.process, key: identity.key)
        return row.flatMap { $0.status.isEnded ? nil : $0.id }
    }

    /// Begins an instance, which is written with the present turn.
    func begin(_ row: InstanceRow, with definition: any MachineDefinition) -> LiveInstance {
        let instance = LiveInstance(row: row, machine: definition.makeMachine(for: row, in: setting))
        live.insert(instance)
        kernel.write(.putInstance(row))
        return instance
    }

    /// Writes an instance's row.
    func save(_ instance: LiveInstance) {
        kernel.turn.touched.insert(instance.id)
        kernel.write(.putInstance(instance.row))
    }

    /// Changes a business attribute of an instance, or removes it with `nil`.
    func setAttribute(_ name: String, to value: String?, of instance: LiveInstance) {
        instance.attributes[name] = value
        instance.row.attributes =
            instance.attributes.isEmpty ? nil : try? JSONEncoder.sorted.encode(instance.attributes)
        save(instance)
    }

    func setStatus(_ status: InstanceStatus, of instance: LiveInstance) {
        instance.row.status = status
        // What is in the mailbox comes before what arrives from now on.
        instance.isCatchingUp = status == .running
        save(instance)
    }

    /// Writes the journal entry of a reaction.
    func append(_ entry: JournalEntry, to instance: LiveInstance, at now: Timestamp) {
        instance.journalSeq += 1
        let length = instance.journalSeq - instance.row.stateSeq
        if length == Int64(kernel.core.configuration.journalWarning) {
            kernel.logger.info(
                "the journal is long",
                metadata: ["process.instance": "\(instance.id)", "journal.entries": "\(length)"])
        }
        kernel.write(
            .appendJournal(
                JournalRow(
                    instance: instance.id, seq: instance.journalSeq, kind: entry.kind, body: entry.body, at: now)))
    }

    /// Writes a note to the journal of an instance: something that happened to it and is no reaction of its own.
    func note(
        _ kind: String, _ detail: String? = nil, error: String? = nil, attempts: Int? = nil, on instance: LiveInstance
    ) {
        var entry = JournalEntry(kind: kind)
        (entry.detail, entry.error, entry.attempts) = (detail, error, attempts)
        kernel.turn.touched.insert(instance.id)
        append(entry, to: instance, at: kernel.now)
    }

    /// Parks an instance with an incident. The input that it could not take goes to its mailbox, and so does every
    /// later one.
    func park(_ instance: LiveInstance, with input: Input? = nil, cause: String, error: String) throws {
        guard !instance.row.status.isEnded else { return }
        instance.machine.retire()
        instance.machine = AbsentMachine()
        let wasParked = instance.row.status == .parked
        instance.row.status = .parked
        // An instance that was parked before and has no new input has its incident already.
        guard !wasParked || input != nil else { return }
        save(instance)
        note("parked", cause, on: instance)
        if let input { try mailboxes.put(input, for: instance) }
        raiseIncident(of: instance, cause: cause, error: error)
    }

    /// Writes an incident that says why an instance cannot go on.
    func raiseIncident(of instance: LiveInstance, cause: String, error: String) {
        kernel.write(
            .putIncident(
                IncidentRow(
                    id: kernel.core.newIncidentID(), component: kernel.component, kind: "instance",
                    instance: instance.id, key: instance.row.key, cause: cause, error: error, at: kernel.now)))
    }

    /// The code of an instance is running where it must not.
    func escaped(_ id: InstanceID) throws {
        guard let instance = live[id], instance.row.status == .running else { return }
        try park(
            instance, cause: "escaped",
            error:
                "code of the process runs outside its flow (Task {}, Task.sleep, another executor); use the Flow for "
                + "everything that takes time")
    }
}

extension JSONEncoder {
    /// Writes object members in ascending order.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
