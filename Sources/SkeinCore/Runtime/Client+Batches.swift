import SkeinStorage

extension Client {
    /// How many events one call of ``publish(contentsOf:)`` takes. More would hold up the commits of all others.
    static let batchLimit = 10_000

    /// How many bytes their payloads may have together.
    static let batchBytes = 64 * 1024 * 1024

    /// Publishes some events in one commit: all of them or none. Much cheaper than a call for each.
    ///
    /// ```swift
    /// try await client.publish(contentsOf: readings.map { Measured(sensor: $0.sensor, value: $0.value) })
    /// ```
    ///
    /// - Ordering: the events stand in the log in the order of the array, and nothing stands between them.
    /// - Atomicity: if one event cannot be published, none is. The exception are events in the mode
    ///   ``PublishingMode/fireAndForget``: they follow when the others are durable, and may be lost.
    /// - Parameter events: 10,000 at most, with payloads of 64 MiB together at most.
    /// - Returns: the ids of the messages, in the same order.
    /// - Throws: ``MessageError`` with code `noOwner` when the component does not exist, or declares the events that it
    ///   publishes without one of these; with code `payloadTooLarge` when there are too many or one is too large, or
    ///   `unencodablePayload`; ``StoreError``.
    @discardableResult
    public func publish(contentsOf events: [any Event]) async throws -> [MessageID] {
        guard events.count <= Self.batchLimit else {
            throw MessageError(
                .payloadTooLarge,
                "\(events.count) events were to be published in one call; at most \(Self.batchLimit) are allowed. "
                    + "Publish them in several calls.")
        }
        let prepared = try events.map { try prepare($0) }
        let bytes = prepared.reduce(0) { $0 + $1.envelope.payload.bytes.count }
        guard bytes <= Self.batchBytes else {
            throw MessageError(
                .payloadTooLarge,
                "\(events.count) events with \(bytes) bytes were to be published in one call; at most "
                    + "\(Self.batchBytes) are allowed. Publish them in several calls.")
        }
        let mode = core.catalogue.mode
        let stored = prepared.filter { mode($0.envelope.name) != .fireAndForget }
        if !stored.isEmpty { _ = try await core.committer.commit(CommitUnit(appends: stored)) }
        if stored.count < prepared.count {
            core.publishUnacknowledged(prepared.filter { mode($0.envelope.name) == .fireAndForget })
        }
        return prepared.map(\.envelope.id)
    }
}
