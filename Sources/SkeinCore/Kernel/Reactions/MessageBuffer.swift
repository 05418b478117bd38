import SkeinStorage

/// The buffered messages of a component: those that came before an instance waited for them.
///
/// Confined to the runner of the kernel.
final class MessageBuffer {
    private let kernel: KernelContext
    /// What the store does not know yet.
    private var onTheWay = BufferedOnTheWay()

    init(_ kernel: KernelContext) { self.kernel = kernel }

    private var isUsed: Bool { !kernel.definitions.buffering.isEmpty }

    /// Buffers a message until an instance waits for it.
    ///
    /// - Parameter instance: the only instance that may get it; `nil` for any instance of the process.
    func put(_ record: LogRecord, for entry: Delivery.Unmatched, _ duration: Duration, instance: InstanceID? = nil) {
        let owner = instance.map { Self.owner(entry.process, $0) } ?? entry.process
        let row = BufferedRow(
            component: kernel.component, process: owner, type: record.envelope.name, key: entry.key,
            position: record.position, expires: kernel.now.advanced(by: duration))
        kernel.write(.putBuffered(row))
        onTheWay.put(row, record, in: kernel.nextTicket)
    }

    /// The next buffered message for a wait of an instance: of the lowest operation, and of its messages the earliest.
    /// Each message is handed out once.
    func next(for instance: LiveInstance) throws -> Input? {
        guard isUsed, instance.reacts else { return nil }
        let buffering = kernel.definitions.buffering
        for wait in instance.waits.sorted(by: { $0.seq < $1.seq }) where buffering.contains(wait.type) {
            let owners = [instance.row.process, Self.owner(instance.row.process, instance.id)]
            let found = try owners.compactMap { try first(for: wait, owner: $0) }
            guard let (row, record) = found.min(by: { $0.0.position < $1.0.position }) else { continue }
            take(row)
            kernel.turn.touched.insert(instance.id)
            var delivered = Delivered(position: record.position, envelope: record.envelope, value: record.value)
            delivered.key = wait.key
            return .message(op: wait.seq, delivered)
        }
        return nil
    }

    /// The name under which a message is buffered for one instance alone. No process name contains `#`.
    private static func owner(_ process: String, _ instance: InstanceID) -> String { "\(process)#\(instance)" }

    private func take(_ row: BufferedRow) {
        onTheWay.take(row, in: kernel.nextTicket)
        kernel.write(.removeBuffered(row))
    }

    private func first(for wait: WaitRow, owner: String) throws -> (BufferedRow, LogRecord)? {
        let now = kernel.now
        var last: Int64 = 0
        let limit = 32
        while true {
            let page = try kernel.reader.buffered(
                component: kernel.component, process: owner, type: wait.type, key: wait.key, after: last, now: now,
                limit: limit)
            for row in page where !onTheWay.isTaken(row) {
                guard let record = try kernel.reader.record(at: row.position) else {
                    throw StoreError(
                        .corrupt,
                        "\(kernel.core.store.label): message \(row.position), buffered for '\(owner)', is missing")
                }
                return (row, record)
            }
            guard page.count == limit, let row = page.last else { break }
            last = row.position
        }
        // A row on its way into the store is later in the log than every row that is there.
        return onTheWay.first(for: wait, owner: owner, at: now)
    }

    /// Whether any message is buffered.
    func hasRows() throws -> Bool {
        guard isUsed else { return false }
        let end = Timestamp(microseconds: .max)
        return try !kernel.reader.expiredBuffered(component: kernel.component, now: end, limit: 1).isEmpty
    }

    /// Removes a chunk of the messages that nobody came to wait for in time.
    ///
    /// - Returns: whether there are more.
    func removeExpired(limit: Int) throws -> Bool {
        guard isUsed else { return false }
        let rows = try kernel.reader.expiredBuffered(component: kernel.component, now: kernel.now, limit: limit)
        for row in rows where !onTheWay.isTaken(row) {
            take(row)
            kernel.core.counters.expired.increment()
        }
        return rows.count == limit
    }

    /// Forgets what the store knows by now.
    func committed() { onTheWay.forget(through: kernel.committedTicket) }
}
