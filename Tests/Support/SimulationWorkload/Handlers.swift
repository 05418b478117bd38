import SkeinCore
import SkeinTesting

/// A retry policy that ends soon, so that incidents happen.
private let impatient = RetryPolicy(attempts: 4, initialDelay: .seconds(2), maximumDelay: .minutes(5), jitter: 0.5)

extension Workload {
    /// All components but that of the code processes: handlers with transactions, a policy, an entity, a saga, a
    /// projection.
    ///
    /// - Parameter life: the number of the process; every third process rebuilds the projection.
    func parts(life: Int, rebuilds: Bool) -> [Component] {
        [
            Component("clock") {
                Publishes(
                    Tick.self, Item.self, CollectRequested.self, ErrandRequested.self, CardUpdated.self,
                    ListenRequested.self, Bell.self, RoundsRequested.self, RaceRequested.self, Signal.self,
                    PokingRequested.self, Poke.self, PorterRequested.self, GuardRequested.self, Knock.self)
            },
            counter(),
            Component("archive") {
                Policy("whenever something is counted, keep it", on: Counted.self) {
                    Keep(key: $0.key, tick: $0.tick)
                }
            },
            Component("shelf") { Entities(Shelf.self) },
            Component("watch") { Sagas(Watch.self) },
            Component("reader") { reading(version: rebuilds ? 1 + life / 3 : 1) },
            Component("spare") {
                Handle(Tick.self) { tick, context in
                    context.note("spare/\(tick.key)", tick.number)
                }.retry(impatient)
            },
            till(),
        ]
    }

    private func counter() -> Component {
        Component("counter") {
            Handle(Tick.self) { [office] tick, context in
                _ = try await office.call("tick \(tick.number)", key: context.idempotencyKey)
                context.note("ticks/\(tick.key)", tick.number)
                try context.publish(Counted(key: tick.key, tick: tick.number))
            }.retry(impatient).timeout(.seconds(20))
        }
    }

    private func till() -> Component {
        Component("till") {
            Handle(Withdraw.self) { withdraw, context in
                context.note("withdrawn/\(withdraw.id)", 1)
                try context.publish(Withdrawn(id: withdraw.id))
            }.retry(impatient)
            Handle(Credit.self) { [office] credit, context in
                _ = try await office.call("credit \(credit.id)", key: context.idempotencyKey)
                context.note("credited/\(credit.id)", 1)
                try context.publish(Credited(id: credit.id))
            }.retry(impatient)
            Handle(Reserve.self) { reserve, context in
                context.note("reserved/\(reserve.id)", 1)
                try context.publish(Reserved(id: reserve.id))
            }.retry(impatient)
            Handle(Release.self) { release, context in
                context.note("released/\(release.id)", 1)
                try context.publish(Released(id: release.id))
            }.retry(impatient)
            Answer(HowMany.self) { _, _ in SoMany(count: 7) }
        }
    }

    private func reading(version: Int) -> any ComponentPart {
        MemoryProjection(
            registration: ProjectionRegistration(
                name: "list", version: version,
                handlers: [
                    HandlerRegistration(Counted.self) { [office] counted, context in
                        _ = try await office.call("read \(counted.tick)", key: context.idempotencyKey)
                        context.note("read/\(counted.key)", counted.tick)
                    }
                ],
                reset: {
                    MemoryEnlistment { tables in
                        for key in Workload.keys { tables["read/\(key)"] = [Int]() }
                    }
                }))
    }
}

/// A projection into tables of a store in memory.
private struct MemoryProjection: RegisteredPart {
    let registration: ProjectionRegistration

    func register(in registry: inout ComponentRegistry) {
        var registration = registration
        for index in registration.handlers.indices { registration.handlers[index].options.retry = impatient }
        registry.add(registration)
    }
}

extension HandlerContext {
    /// Appends a number to a list in the store, in the commit of the handler.
    fileprivate func note(_ list: String, _ number: Int) {
        enlist(MemoryEnlistment { $0[list] = ($0[list] as? [Int] ?? []) + [number] })
    }
}

/// Keeps the counted ticks of a key, in order.
struct Shelf: Entity {
    static let name = "shelf"
    static let snapshotInterval = 4
    var count = 0

    static var behavior: EntityBehavior<Shelf> {
        Decide(Keep.self, by: \.key) { shelf, keep in
            [Kept(key: keep.key, tick: keep.tick, place: shelf.count + 1)]
        }
        Evolve(Kept.self) { shelf, _ in shelf.count += 1 }
    }
}

/// Follows the counted ticks of a key, and wakes up when none has come for an hour.
struct Watch: Saga {
    static let name = "watch"
    var key: String
    var count = 0
    var sleeps = 0

    static var behavior: SagaBehavior<Watch> {
        Begin(Tick.self, by: \.key) { tick, context in
            context.wake("quiet", after: .hours(1))
            return Watch(key: tick.key)
        }
        React(Counted.self, by: \.key) { state, counted, context in
            state.count += 1
            context.wake("quiet", after: .hours(1))
            context.publish(Watched(key: counted.key, tick: counted.tick))
        }
        Wake { state, _, _ in state.sleeps += 1 }
    }
}
