import SkeinStorage
internal import Logging

/// What the parts of one kernel share: what the kernel serves, and the commits that its reactions go into.
///
/// Confined to the runner of the kernel.
final class KernelContext {
    let core: RuntimeCore
    let component: String
    let subscription: String
    let definitions: Definitions
    /// Whether the instances of this kernel are the entities of the component, or all the others. The two share the
    /// component's rows in the store, and only the others have waits, timers and activities.
    let servesEntities: Bool
    /// Whether unknown commands to the component become dead letters here, because it has no handlers, whose engine
    /// does that otherwise.
    let isCatchAll: Bool
    let place: PlaceKeeper
    let reader: any StoreReader
    let watch: ReactionWatch
    let logger: Logger
    /// Hands an event to the kernel.
    let post: @Sendable (KernelEngine.Event) -> Void

    /// The reactions that were not handed to the committer yet.
    var turn = KernelTurn()
    /// The number of commits handed over.
    private(set) var ticket: UInt64 = 0
    /// The newest commit that is durable, with all before it.
    private(set) var committedTicket: UInt64 = 0
    /// Whether nothing more is taken in, for good.
    var isClosing = false
    /// Events that wait until the next commit is durable.
    private var postponed: [KernelEngine.Event] = []

    /// How many commits may be on their way; reactions go on while earlier ones are made durable.
    static let pipelineDepth: UInt64 = 4

    init(
        core: RuntimeCore, component: String, subscription: String, definitions: [any MachineDefinition],
        isCatchAll: Bool, post: @escaping @Sendable (KernelEngine.Event) -> Void
    ) throws {
        (self.core, self.component, self.subscription) = (core, component, subscription)
        (self.isCatchAll, self.post) = (isCatchAll, post)
        self.definitions = Definitions(definitions)
        servesEntities = definitions.contains { $0.notation == .entity }
        logger = core.logger
        reader = try core.store.makeReader()
        let watch = ReactionWatch(core: core)
        self.watch = watch
        place = PlaceKeeper(
            core: core,
            tracker: PositionTracker(subscription: subscription, row: try reader.position(of: subscription)),
            unlessFenced: { watch.unlessFenced($0) })
    }

    var now: Timestamp { core.environment.clock.now }

    var tracker: PositionTracker { place.tracker }

    /// The ticket of the commit that the present turn goes into.
    var nextTicket: UInt64 { ticket + 1 }

    /// Whether another commit may be handed over before the earlier ones are durable.
    var hasRoom: Bool { ticket - committedTicket < Self.pipelineDepth }

    /// Whether everything that was handed over is durable.
    var isDurable: Bool { ticket == committedTicket }

    func write(_ write: StoreWrite) { turn.unit.writes.append(write) }

    /// Takes the present turn and gives it its ticket.
    func closeTurn() -> (turn: KernelTurn, ticket: UInt64) {
        defer { turn = KernelTurn() }
        ticket += 1
        return (turn, ticket)
    }

    /// A commit is durable.
    ///
    /// - Returns: the events that waited for that.
    func committed(_ ticket: UInt64) -> [KernelEngine.Event] {
        committedTicket = max(committedTicket, ticket)
        defer { postponed = [] }
        return postponed
    }

    /// Handles an event again when the next commit is durable.
    func postpone(_ event: KernelEngine.Event) { postponed.append(event) }

    /// The writes that make a message a dead letter, with an incident.
    ///
    /// - Parameter earlier: the row of a message that was a dead letter before, whose edited payload stays.
    func writes(
        forDeadLetter record: LogRecord, _ earlier: ParkedRow?, concerns: [String], because reason: String,
        cause: String
    ) -> [StoreWrite] {
        let key = record.envelope.subject
        return [
            .putParked(
                ParkedRow(
                    subscription: subscription, key: key, position: record.position, state: .deadLetter, error: reason,
                    payload: earlier?.payload, concerns: concerns, at: now)),
            .putIncident(
                IncidentRow(
                    id: core.newIncidentID(), component: component, kind: "message", subscription: subscription,
                    key: key, position: record.position, cause: cause, error: reason, at: now)),
        ]
    }
}
