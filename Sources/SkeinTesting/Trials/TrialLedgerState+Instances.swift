import SkeinStorage
import SkeinCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Checks of instances: their journals, mailboxes, waits, timers and activities.
extension TrialLedgerState {
    mutating func put(_ row: InstanceRow) {
        commit.touched.insert(row.id)
        instances[row.id] = row
        if row.status == .suspended || row.status == .parked {
            interventions.stoodStill[row.process, default: []].insert(row.key)
        }
        if row.status == .canceled { interventions.canceled[row.process, default: []].insert(row.key) }
    }

    mutating func put(_ row: WaitRow) {
        commit.touched.insert(row.instance)
        parts[row.instance, default: .init()].waits.insert(row)
        commit.begunWaits.insert(OperationID(instance: row.instance, seq: row.seq))
        let prefix = "caused-by:"
        guard row.key.hasPrefix(prefix) else { return }
        let cause = MessageID(String(row.key.dropFirst(prefix.count)))
        if let position = positionsByID[cause], !commit.appended.contains(cause) {
            violate(
                6, "instance \(row.instance) began to wait for '\(row.type)' only after its command \(position) left")
        }
    }

    mutating func remove(_ row: WaitRow) {
        commit.touched.insert(row.instance)
        guard
            let known = parts[row.instance]?.waits.first(where: {
                $0.seq == row.seq && $0.type == row.type && $0.key == row.key
            })
        else { return }
        parts[row.instance]?.waits.remove(known)
        commit.removedWaits[row.instance, default: []].append(known)
    }

    mutating func remove(_ row: TimerRow) {
        commit.touched.insert(row.instance)
        guard
            let known = parts[row.instance]?.timers.first(where: {
                $0.due == row.due && $0.seq == row.seq
            })
        else { return }
        parts[row.instance]?.timers.remove(known)
        commit.removedTimers.insert(known)
    }

    mutating func put(_ row: ActivityRow) {
        commit.touched.insert(row.instance)
        if parts[row.instance]?.activities[row.seq] == nil {
            commit.scheduled.insert(OperationID(instance: row.instance, seq: row.seq))
        }
        parts[row.instance, default: .init()].activities[row.seq] = row
        activityKeys.insert(row.idempotencyKey)
        if unknownCalls.remove(row.idempotencyKey) != nil {
            violate(3, "activity '\(row.name)' of instance \(row.instance) acted before it was durable")
        }
    }

    mutating func put(_ row: MailboxRow) {
        guard var input = try? JSONDecoder().decode(TrialInput.self, from: row.input) else {
            return violate(9, "mailbox entry \(row.seq) cannot be read")
        }
        input.seq = row.seq
        commit.touched.insert(row.instance)
        if let owner = mailboxOwners[row.seq], let other = parts[owner]?.mailbox[row.seq], !other.isSame(as: input) {
            violate(10, "entry \(row.seq) in the mailbox of instance \(owner) was overwritten by another one")
        }
        parts[row.instance, default: .init()].mailbox[row.seq] = input
        mailboxOwners[row.seq] = row.instance
        if let index = commit.unexplained[row.instance]?.firstIndex(where: { $0.isSame(as: input) }) {
            commit.unexplained[row.instance]?.remove(at: index)
        }
    }

    mutating func removeMailbox(_ seq: Int64) {
        guard let owner = mailboxOwners[seq], let input = parts[owner]?.mailbox.removeValue(forKey: seq) else { return }
        commit.touched.insert(owner)
        // The same commit may put the entry back under a new number.
        let isBack = parts[owner]?.mailbox.values.contains { $0.isSame(as: input) && $0.seq > seq } ?? false
        if !isBack { commit.unexplained[owner, default: []].append(input) }
    }

    mutating func append(_ row: JournalRow) {
        let id = row.instance
        commit.touched.insert(id)
        let expected = (parts[id]?.journalEnd ?? 0) + 1
        if row.seq != expected {
            violate(8, "the journal of instance \(id) continues with entry \(row.seq) instead of \(expected)")
        }
        parts[id, default: .init()].journalEnd = row.seq
        guard let entry = try? JournalEntry(row) else {
            return violate(8, "entry \(row.seq) of the journal of instance \(id) cannot be read")
        }
        guard !entry.isNote else { return }
        for (sent, wait) in zip(entry.operations, entry.operations.dropFirst())
        where ["send", "ask"].contains(sent.kind) && wait.kind == "wait" {
            commit.answers.append((OperationID(instance: id, seq: wait.seq), sent.name))
        }
        switch entry.kind {
        case "timer": checkTimer(entry, of: id)
        case "start", "message", "events": checkMessage(entry, of: id)
        default:
            if entry.kind == "activity", let op = entry.op,
                commit.scheduled.contains(OperationID(instance: id, seq: op))
            {
                violate(3, "activity \(op) of instance \(id) has an outcome in the commit that schedules it")
            }
            explain(entry.kind, op: entry.op, position: nil, of: id)
        }
    }

    /// A journal entry explains why an input left the mailbox: the instance reacted to it.
    private mutating func explain(_ kind: String, op: Int64?, position: Int64?, of id: InstanceID) {
        let index = commit.unexplained[id]?.firstIndex { input in
            switch kind {
            case "start", "message", "events":
                (input.kind == "message" || input.kind == "start") && input.position == position
            default: input.kind == kind && (op == nil || input.op == op)
            }
        }
        if let index { commit.unexplained[id]?.remove(at: index) }
    }

    private mutating func checkMessage(_ entry: JournalEntry, of id: InstanceID) {
        guard let message = entry.messageID, let position = positionsByID[message],
            let known = self.message(at: position)
        else { return explain(entry.kind, op: entry.op, position: 0, of: id) }
        explain(entry.kind, op: entry.op, position: position, of: id)
        let row = instances[id]
        let label = "instance \(id) ('\(row?.key ?? "")')"
        if !(parts[id, default: .init()].reactedTo.insert("\(message)/\(entry.op ?? 0)").inserted) {
            violate(1, "\(label) reacted to message \(position) twice")
        }
        let subscription = "\(row?.component ?? "")/\(row?.notation == .entity ? "entities" : "processes")"
        let deadLetters = interventions.deadLetters[subscription] ?? []
        guard !deadLetters.contains(position) else { return }
        if let last = parts[id]?.lastReactions[known.name], last > position {
            violate(2, "\(label) reacted to '\(known.name)' \(position) after \(last)")
        }
        parts[id, default: .init()].lastReactions[known.name] = position
        let waiting = parts[id]?.mailbox.values.filter { input in
            guard input.kind == "message", let place = input.position, place < position, !deadLetters.contains(place)
            else { return false }
            return self.message(at: place)?.name == known.name
        }
        if let overtaken = waiting?.min(by: { $0.seq < $1.seq }) {
            violate(
                2,
                "\(label) reacted to '\(known.name)' \(position) while message \(overtaken.position ?? 0) "
                    + "lay in its mailbox"
            )
        }
    }

    private mutating func checkTimer(_ entry: JournalEntry, of id: InstanceID) {
        let due = entry.payload.flatMap { Int64($0) }.map { Timestamp(microseconds: $0) }
        let fired = commit.removedTimers.filter { timer in
            timer.instance == id && timer.purpose == entry.detail && (due == nil || timer.due == due)
                && (entry.op == nil || timer.seq == entry.op)
        }
        let label = "instance \(id) ('\(instances[id]?.key ?? "")')"
        guard let timer = fired.min(by: { $0.due < $1.due }) else {
            return violate(7, "a timer (\(entry.detail ?? "")) of \(label) fired that was not armed")
        }
        if timer.due > now, !clockWentBack { violate(7, "a timer of \(label) due at \(timer.due) fired at \(now)") }
        if let op = entry.op, let kept = parts[id]?.mailbox.values.first(where: { $0.op == op }) {
            violate(
                2, "a timer of \(label) fired while entry \(kept.seq) for the same operation lay in its mailbox")
        }
        guard timer.purpose != "reminder", !clockWentBack else { return }
        for wait in commit.removedWaits[id] ?? [] where wait.seq == timer.seq { checkRace(wait, timer, label) }
    }

    /// Checks that a timer has not won over a message that was in the log before the timer was due.
    private mutating func checkRace(_ wait: WaitRow, _ timer: TimerRow, _ label: String) {
        let earlier = log.first { message in
            guard message.name == wait.type, message.position > wait.after, message.at < timer.due,
                wait.version.accepts(message.version)
            else { return false }
            if message.causation.map({ "caused-by:\($0)" }) == wait.key { return true }
            return message.subject == wait.key && !interest.correlated.contains(wait.type)
        }
        guard let earlier else { return }
        violate(
            2,
            "a timer of \(label) due at \(timer.due) won over message \(earlier.position) "
                + "('\(earlier.name)'), which was in the log at \(earlier.at)"
        )
    }

    /// Checks what must hold for an instance after each commit.
    mutating func checkInstance(_ id: InstanceID) {
        guard let row = instances[id], let part = parts[id] else { return }
        let label = "instance \(id) ('\(row.key)')"
        if row.status.isEnded {
            if let wait = part.waits.first { violate(7, "\(label) has ended and waits for '\(wait.type)'") }
            if let timer = part.timers.first { violate(7, "\(label) has ended and has a timer (\(timer.purpose))") }
            if let activity = part.activities.values.first {
                violate(7, "\(label) has ended and has an activity '\(activity.name)'")
            }
        } else if row.status == .running, row.notation == .code {
            let isIdle = part.waits.isEmpty && part.timers.isEmpty && part.activities.isEmpty && part.mailbox.isEmpty
            if isIdle { violate(10, "\(label) runs and waits for nothing") }
        }
    }

    /// Checks inputs that left a mailbox without a reaction: that is right only where nobody needs them any more.
    mutating func checkVanished(_ inputs: [TrialInput], of id: InstanceID) {
        guard let row = instances[id], !row.status.isEnded else { return }
        let needed = commit.restarted.contains(id) ? ["message", "start"] : ["message", "start", "activity", "timer"]
        for input in inputs where needed.contains(input.kind) {
            let label = "mailbox entry \(input.seq) (\(input.kind)) of instance \(id) ('\(row.key)')"
            if row.status != .running {
                violate(10, "\(label) vanished while the instance is \(row.status.rawValue)")
            } else if input.kind == "message", let position = input.position, let message = message(at: position),
                parts[id]?.waits.contains(where: {
                    $0.type == message.name && $0.seq == input.op && $0.after < position
                }) ?? false
            {
                violate(10, "\(label) vanished, and the instance still waits for it")
            }
        }
    }
}
