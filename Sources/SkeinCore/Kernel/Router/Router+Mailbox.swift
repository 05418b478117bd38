import SkeinStorage

extension Router {
    /// Finds the operation for a message that came while the instance could not react, if an earlier message has ended
    /// its operation since. Then the first wait that admits the message gets it. If there is none, the message is
    /// treated as the process declares for messages that nobody waits for.
    ///
    /// - Returns: the input to deliver; `nil` when the message was buffered for a later wait, ignored, or became a dead
    ///   letter.
    func awaited(_ input: Input, by instance: LiveInstance) throws -> Input? {
        guard case .message(let op?, var delivered) = input,
            !instance.waits.contains(where: { $0.seq == op && $0.admits(delivered) })
        else { return input }
        let record = LogRecord(position: delivered.position, envelope: delivered.envelope, value: delivered.value)
        let triggers = (kernel.definitions.triggers[record.envelope.name] ?? []).filter {
            $0.definition.process == instance.row.process
        }
        var delivery = plan(record, triggers, retried: nil)
        let waits = instance.waits.filter { wait in
            wait.type == record.envelope.name
                && delivery.keys.contains { $0.isSpelled(like: wait.key) && delivery.means(wait, under: $0) }
        }
        guard let first = waits.min(by: { $0.seq < $1.seq }) else {
            delivery.refusals = []
            for entry in delivery.unmatched where entry.process == instance.row.process {
                try unmet(entry, &delivery, for: instance.id)
            }
            if delivery.unmatched.isEmpty { kernel.core.counters.unmatched.increment() }
            if !delivery.refusals.isEmpty { try makeDeadLetter(delivery) }
            return nil
        }
        delivered.key = first.key
        return .message(op: first.seq, delivered)
    }
}
