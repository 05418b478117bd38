import SkeinStorage

/// How messages of one type find the instances that wait for them. The newest version of a process that is deployed
/// correlates for the instances of all its versions.
public struct Correlation: Sendable {
    private(set) var trigger: Trigger

    /// - Parameters:
    ///   - key: the correlation key of a message; `nil` passes it by.
    ///   - unmatched: what becomes of a message that no instance waits for.
    public init<Awaited: Message>(
        _ type: Awaited.Type, since: SchemaVersion? = nil,
        unmatched: UnmatchedPolicy = .bufferForInstance(for: .hours(1)),
        by key: @escaping @Sendable (Awaited) -> String?
    ) {
        trigger = Trigger(
            name: Awaited.name, kind: Awaited.kind, since: since ?? Awaited.version, role: .correlate(unmatched)
        ) { record, coder in
            key(try record.decoded(as: type, coder: coder))
        }
    }

    /// Takes only events whose envelope satisfies the condition; it is asked before the payload is decoded.
    public func filter(_ condition: @escaping @Sendable (Envelope) -> Bool) -> Self {
        var copy = self
        copy.trigger.filter = condition
        return copy
    }
}
