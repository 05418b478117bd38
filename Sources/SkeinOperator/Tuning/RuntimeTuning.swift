public import SkeinCore

/// Settings of a runtime that few programs turn: what it keeps in memory and remembers, and what it takes for a fault.
///
/// ```swift
/// var configuration = RuntimeConfiguration()
/// configuration.tuning.liveInstances = 1_000
/// ```
public struct RuntimeTuning: Sendable, Hashable {
    fileprivate var configuration: RuntimeConfiguration

    /// How many messages of one handler are in memory at once, waiting or being handled, and as many again of those
    /// that were parked and are tried again; unless `Handle.limit(concurrency:buffered:)` says otherwise. A message
    /// counts for the handler of the message whose turn it is in its key. 1,024 unless set.
    public var bufferedMessages: Int {
        get { configuration.bufferedMessages }
        set { configuration.bufferedMessages = newValue }
    }

    /// How large the payloads of the newest messages may be together, in bytes. They are in memory for subscriptions
    /// that keep up; subscriptions that lag behind more read the store. 64 MiB unless set.
    public var tailBytes: Int {
        get { configuration.tailBytes }
        set { configuration.tailBytes = newValue }
    }

    /// How many instances of a component stay live in memory, ready to go on without replay. 10,000 unless set.
    public var liveInstances: Int {
        get { configuration.liveInstances }
        set { configuration.liveInstances = newValue }
    }

    /// How long one reaction of a process may take before it counts as runaway code. The time in which its thread uses
    /// the processor or is blocked counts. The time for which the whole process is stopped, or the thread waits for a
    /// busy processor, does not. 10 seconds unless set.
    public var reactionDeadline: Duration {
        get { configuration.reactionDeadline }
        set { configuration.reactionDeadline = newValue }
    }

    /// How long a handler or an activity may fail without an incident. The first attempt that fails after that raises
    /// one, which says when the next attempt is made, and which is resolved when an attempt succeeds. 2 minutes unless
    /// set.
    public var failureTolerance: Duration {
        get { configuration.failureTolerance }
        set { configuration.failureTolerance = newValue }
    }

    /// The largest payload, in bytes; also of what an instance keeps: an activity's result, a saga's state, an entity's
    /// snapshot. 1 MiB unless set.
    public var maximumPayloadSize: Int {
        get { configuration.maximumPayloadSize }
        set { configuration.maximumPayloadSize = newValue }
    }

    /// For how long the inbox remembers what has been handled, and the ids of messages that were removed from the log;
    /// older rows go when new ones come. Never shorter than the time in which a message can come again; less than an
    /// hour counts as an hour. 7 days unless set.
    public var inboxWindow: Duration {
        get { configuration.inboxWindow }
        set { configuration.inboxWindow = newValue }
    }

    /// Whether a subscription that is to begin with the first message, and a projection that is to be built anew, may
    /// begin with the first message that is still there. Otherwise a runtime with such a subscription does not start
    /// on a log whose beginning was removed. `false` unless set.
    public var acceptsTrimmedLog: Bool {
        get { configuration.acceptsTrimmedLog }
        set { configuration.acceptsTrimmedLog = newValue }
    }
}

extension RuntimeConfiguration {
    /// Settings that few programs turn.
    public var tuning: RuntimeTuning {
        get { RuntimeTuning(configuration: self) }
        set { self = newValue.configuration }
    }
}
