import SkeinStorage

/// What one message concerns, and how far its delivery has come.
///
/// Waits are resumed first, at most a chunk of them in one commit; a wait that has been resumed does not admit the
/// message again. Whatever a second delivery would repeat comes in the last commit, the one that marks the message as
/// handled.
struct Delivery {
    /// An instance that handles the message as a whole, whether it waits or not.
    struct Receiver {
        var definition: any MachineDefinition
        var key: String
        /// Whether it is made where there is none.
        var creates: Bool
        /// Whether it takes the message when it is there. A message that only starts instances does nothing then.
        var takes: Bool
    }

    /// What a process has declared for a message that none of its instances waits for.
    struct Unmatched {
        var process: String
        var policy: UnmatchedPolicy
        var key: String
        var concern: String
    }

    var record: LogRecord
    /// The row of a dead letter that is delivered again because an operator retried it.
    var retried: ParkedRow?
    /// The correlation keys to look for waits under.
    var keys: [String] = []
    /// The processes that correlate the message by each key; their waits under other keys are not meant.
    var correlating: [StoredKey: Set<String>] = [:]
    /// The processes that say how they correlate the message, or that they pass it by.
    var declared: Set<String> = []
    var receivers: [Receiver] = []
    var unmatched: [Unmatched] = []
    /// Which triggers could not take the message, and why.
    var refusals: [(concern: String, reason: String)] = []

    /// The key in hand, and the waits already resumed under it.
    var index = 0
    var cursor = OperationID.start
    /// The processes of which an instance has been resumed.
    var matched: Set<String> = []
    /// The subset of ``matched`` already in `inbox`.
    var noted: Set<String> = []

    /// Only waits that began before this position are resumed. Those that began since admit a retried dead letter too,
    /// although its place in the log is before theirs.
    var admitting: Int64 { retried == nil ? record.position : .max }

    var delivered: Delivered {
        Delivered(
            position: record.position, envelope: record.envelope, value: record.value,
            isEdited: retried?.payload != nil)
    }

    /// Adds a receiver, or merges it with the one for the same instance: a saga that starts with a type and also
    /// handles it has two triggers, and gets each message once.
    mutating func add(_ receiver: Receiver) {
        let known = receivers.firstIndex {
            $0.definition.process == receiver.definition.process && $0.key.isSpelled(like: receiver.key)
        }
        if let known {
            receivers[known].creates = receivers[known].creates || receiver.creates
            receivers[known].takes = receivers[known].takes || receiver.takes
        } else {
            receivers.append(receiver)
        }
    }

    /// Whether a wait found under a key is for this message: the process correlates the message by this key, it
    /// declares nothing about the message type, or the key is that of an answer.
    func means(_ wait: WaitRow, under key: String) -> Bool {
        if correlating[StoredKey(key)]?.contains(wait.process) ?? false { return true }
        guard retried == nil else { return false }
        return Correlating.isCausation(key) || !declared.contains(wait.process)
    }
}

extension Router {
    /// Finds out what a message concerns.
    func plan(
        _ record: LogRecord, _ triggers: [(definition: any MachineDefinition, trigger: Trigger)], retried: ParkedRow?
    ) -> Delivery {
        guard !triggers.isEmpty else { return find(record, triggers, retried) }
        let concerns = triggers.map { $0.trigger.concern(of: $0.definition) }
        return kernel.watch.guarding(.message(record, retried: retried, concerns: concerns)) {
            find(record, triggers, retried)
        }
    }

    private func find(
        _ record: LogRecord, _ triggers: [(definition: any MachineDefinition, trigger: Trigger)], _ retried: ParkedRow?
    ) -> Delivery {
        let envelope = record.envelope
        var delivery = Delivery(record: record, retried: retried)
        // Waits for answers and waits by subject got the message at its first delivery.
        if retried == nil {
            if let causation = envelope.causationID { delivery.keys.append(Correlating.key(causation: causation)) }
            delivery.keys.append(envelope.subject)
        }
        for (definition, trigger) in triggers {
            let concern = trigger.concern(of: definition)
            if case .correlate = trigger.role { delivery.declared.insert(definition.process) }
            let key: String
            do {
                guard let found = try self.key(of: record, trigger) else { continue }
                key = found
            } catch {
                delivery.refusals.append((concern, "\(error)"))
                continue
            }
            switch trigger.role {
            case .start:
                delivery.add(.init(definition: definition, key: key, creates: true, takes: false))
            case .keyed(let creates):
                delivery.add(.init(definition: definition, key: key, creates: creates, takes: true))
            case .correlate(let policy):
                if !delivery.keys.contains(where: key.isSpelled(like:)) { delivery.keys.append(key) }
                delivery.correlating[StoredKey(key), default: []].insert(definition.process)
                delivery.unmatched.append(
                    .init(process: definition.process, policy: policy, key: key, concern: concern))
            }
        }
        return delivery
    }

    /// The key of a message for a trigger; `nil` when its filter or its key function passes the message by.
    private func key(of record: LogRecord, _ trigger: Trigger) throws -> String? {
        let version = record.envelope.version
        if trigger.since.accepts(version) {
            guard trigger.filter?(record.envelope) ?? true else { return nil }
            return try trigger.key(record, kernel.core.factory.coder)
        }
        guard trigger.since.major == version.major, trigger.kind == .event || trigger.kind == .document else {
            throw UnsupportedVersion(component: kernel.component, trigger: trigger, version: version)
        }
        kernel.core.counters.ignoredVersions.increment()
        return nil
    }
}

/// A trigger does not take the version of a message, and the message must not be lost: its major version is another
/// one, or it is a command.
private struct UnsupportedVersion: Error, CustomStringConvertible {
    var component: String
    var trigger: Trigger
    var version: SchemaVersion

    var description: String { "'\(component)' takes '\(trigger.name)' since \(trigger.since), not \(version)" }
}
