import SkeinStorage

/// Removes expired rows in chunks, at the start and then every hour: buffered messages that no instance came to wait
/// for, and instances that ended longer ago than ``RuntimeConfiguration/keepsEndedInstances``.
///
/// Confined to the runner of the kernel.
final class Housekeeping {
    private let kernel: KernelContext
    private let buffer: MessageBuffer
    private let instances: InstanceCache
    private var isPlanned = false

    private static let chunk = 500
    /// How many journal entries one commit removes at most.
    private static let entries = 5000

    init(_ kernel: KernelContext, buffer: MessageBuffer, instances: InstanceCache) {
        (self.kernel, self.buffer, self.instances) = (kernel, buffer, instances)
    }

    /// Removes the next chunk.
    func tidy() throws {
        isPlanned = false
        guard !kernel.isClosing else { return }
        let moreMessages = try buffer.removeExpired(limit: Self.chunk)
        let moreInstances = try removeEnded()
        if moreMessages || moreInstances {
            kernel.postpone(.tidy)
        } else if try kernel.core.configuration.keepsEndedInstances != nil || buffer.hasRows() {
            plan()
        }
    }

    /// Looks again in an hour.
    func plan() {
        guard !isPlanned else { return }
        isPlanned = true
        kernel.core.intervals.schedule(after: .hours(1)) { [post = kernel.post] in post(.tidy) }
    }

    /// - Returns: whether there are more.
    private func removeEnded() throws -> Bool {
        guard let duration = kernel.core.configuration.keepsEndedInstances else { return false }
        let ids = try kernel.reader.endedInstances(
            component: kernel.component, before: kernel.now.advanced(by: .zero - duration), limit: Self.chunk)
        // One commit removes a bounded number of journal entries, however long a journal is.
        var left = Self.entries
        for id in ids where instances[id] == nil {
            // A restart finds the rest of a mailbox only through its instance.
            guard try instances.mailboxes.isEmpty(of: id) else { continue }
            let first = try kernel.reader.journal(of: id, after: 0, limit: 1).first?.seq ?? 1
            let count = Int(try kernel.reader.journalEnd(of: id) - first) + 1
            guard count <= left else {
                kernel.write(.truncateJournal(instance: id, through: first + Int64(left) - 1))
                return true
            }
            kernel.write(.removeInstance(id))
            left -= count
        }
        return ids.count == Self.chunk
    }
}
