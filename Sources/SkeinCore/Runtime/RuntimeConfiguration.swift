public import SkeinStorage

/// The bounds of a runtime, each with a default.
public struct RuntimeConfiguration: Sendable, Hashable {
    /// How many messages of one handler are in memory at once, waiting or being handled, and as many again of those
    /// that were parked and are tried again; unless ``Handle/limit(concurrency:buffered:)`` says otherwise. A message
    /// counts for the handler of the message whose turn it is in its key.
    package var bufferedMessages = 1024
    /// How many attempts of one handler are under way at once, each at a message of another key; unless
    /// ``Handle/limit(concurrency:buffered:)`` says otherwise.
    public var concurrentHandlers = 64
    /// How many messages of one key wait in memory; further ones are parked, so that a slow key cannot take the slots
    /// of others.
    package var bufferedMessagesPerKey = 128
    /// How many parked keys of one subscription are known in memory. If there are more, only
    /// those that are due next are known, and each message of another key costs a look into the store.
    package var parkedKeysInMemory = 10_000
    /// How long a handler with ``bufferedMessages`` in memory may hold up the other handlers of its subscription,
    /// unless it works off as many in that time. After that, messages for which it has no room are parked, and tried
    /// when it has room.
    package var longestHoldUp: Duration = .seconds(1)
    /// How many activities of one component run at once.
    public var concurrentActivities = 256
    /// How long a failing message is retried in memory before its key is parked and it is retried from the store.
    package var retryInMemory: Duration = .seconds(30)
    /// How many attempts at one message, or at one activity, may have missed their time limit and not come back.
    /// Further attempts fail without beginning, and an incident says so at once, until one comes back, an operator
    /// retries, or the process ends.
    package var hungAttempts = 3
    /// How long a handler or an activity may fail without an incident. The first attempt that fails after that raises
    /// one, which says when the next attempt is made, and which is resolved when an attempt succeeds.
    package var failureTolerance: Duration = .minutes(2)
    /// How many units are made durable in one transaction.
    package var commitBatch = 1000
    /// How many messages the kernel reacts to before it hands a commit over. What is due besides joins that commit: the
    /// results of activities that have ended, and at most a thousand timers.
    package var reactionBatch = 256
    /// How many of the newest messages are kept in memory for subscriptions that keep up.
    package var tailLength = 32_768
    /// How large their payloads may be together, in bytes; subscriptions that lag behind more read the store.
    package var tailBytes = 64 << 20
    /// How many instances stay live in memory, ready to go on without replay.
    package var liveInstances = 10_000
    /// How many timers of a component are in memory, and how many scheduled activities towards each outside system;
    /// later ones stay in the store until their time comes nearer.
    package var timersInMemory = 20_000
    /// How many instances one message resumes in one commit.
    package var fanOutChunk = 500
    /// The length of a journal, in entries, from which on there is a warning in the log.
    package var journalWarning = 10_000
    /// The longest journal; an instance that would exceed it is parked.
    package var journalLimit = 50_000
    /// How long one reaction of a process may take before it counts as runaway code. The time in which its thread uses
    /// the processor or is blocked counts. The time for which the whole process is stopped, or the thread waits for a
    /// busy processor, does not.
    package var reactionDeadline: Duration = .seconds(10)
    /// How long handlers, activities and commits in flight may take when the runtime shuts down. Time for which the
    /// whole process is stopped does not count.
    public var drainTimeout: Duration = .seconds(10)
    /// Whether the runtime closes its store when it stops. Set it to `false` to go on using the store, for instance to
    /// read your own tables, and close it yourself.
    public var closesStore = true
    /// The largest payload, in bytes; also of what an instance keeps: an activity's result, a saga's state, an entity's
    /// snapshot.
    package var maximumPayloadSize = Payload.defaultMaximumSize
    /// How many fire-and-forget messages may wait to be written; further ones are lost, and counted.
    package var unwrittenFireAndForget = 10_000

    /// Hands every message to every subscription twice; the second time it must be dropped. For tests.
    package var deliversTwice = false
    /// For how long the inbox remembers what has been handled, and the ids of messages that were removed from the log;
    /// older rows go when new ones come. Never shorter than the time in which a message can come again; less than an
    /// hour counts as an hour.
    package var inboxWindow: Duration = .days(7)
    /// How much of the log is kept. All of it unless set: without a limit nothing is ever removed.
    public var logRetention: LogRetention?
    /// Whether a subscription that is to begin with the first message, and a projection that is to be built anew, may
    /// begin with the first message that is still there. Otherwise a runtime with such a subscription does not
    /// start on a log whose beginning was removed.
    package var acceptsTrimmedLog = false
    /// How long ended instances are kept, with their journals; `nil` for ever. While one is kept, a start with its key
    /// is taken for a duplicate.
    public var keepsEndedInstances: Duration?
    /// The circuit breakers of outside systems that need other than the default policy, by the name
    /// that the ``ActivityOptions`` give as `system`.
    public var breakers: [String: BreakerPolicy] = [:]

    public init() {}

    /// How long the inbox remembers.
    var inboxMemory: Duration { max(inboxWindow, .hours(1)) }
}
