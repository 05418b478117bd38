import SkeinStorage

/// How messages of one type find the instances that wait for them. The newest version of a process that is deployed
/// correlates for the instances of all its versions.
public struct Correlation: Sendable {
    private(set) var trigger: Trigger

    /// - Parameters:
    ///   - key: the correlation key of a message; `nil` passes it by.
    ///   - condition: takes only messages whose envelope satisfies it; asked before the payload is decoded.
    ///   - unmatched: what becomes of a message that no instance waits for.
    public init<Awaited: Message>(
        _ type: Awaited.Type, since: SchemaVersion? = nil,
        where condition: (@Sendable (Envelope) -> Bool)? = nil,
        unmatched: UnmatchedPolicy = .bufferForInstance(for: .hours(1)),
        by key: @escaping @Sendable (Awaited) -> String?
    ) {
        trigger = Trigger(
            name: Awaited.name, kind: Awaited.kind, since: since ?? Awaited.version, role: .correlate(unmatched)
        ) { record, coder in
            key(try record.decoded(as: type, coder: coder))
        }
        trigger.filter = condition
    }
}
