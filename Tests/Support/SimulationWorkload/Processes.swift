import SkeinCore
import SkeinTesting

private let impatient = RetryPolicy(attempts: 5, initialDelay: .seconds(1), maximumDelay: .minutes(3), jitter: 0.5)

extension Workload {
    func work() -> Component {
        Component("work") {
            Processes(
                Collector(workload: self), Errand(workload: self), Listener(), Rounds(workload: self), Race(),
                Fragile(workload: self), Porter(), Guard())
        }
    }

    /// A call of the bank with the activity's idempotency key.
    func act(_ what: String) -> @Sendable (ActivityContext) async throws -> String {
        { [bank] context in try await bank.call(what, key: context.idempotencyKey) }
    }
}

/// Takes the items of a key one by one, in order. Items that come too early are buffered.
private struct Collector: ProcessDefinition {
    static let name = "collector"
    static func key(of start: CollectRequested) -> String { start.key }
    static var correlations: [Correlation] {
        [Correlation(Item.self, unmatched: .buffer(for: .days(36_500))) { $0.key }]
    }
    let workload: Workload

    func run(_ start: CollectRequested, _ flow: Flow) async throws -> Int {
        for number in 0..<start.count {
            let item = try await flow.wait(for: Item.self, key: start.key)
            if number % 3 < 2 {
                try await flow.perform(
                    "collect", ActivityOptions(retry: impatient, system: "bank"),
                    workload.act("collect \(start.key) \(item.number)"))
            }
            flow.publish(Collected(key: start.key, number: item.number))
        }
        return start.count
    }
}

private struct Declined: BusinessError {
    var id: String
}

/// Withdraws, reserves and charges. If the card is declined, waits for another one; if none comes, undoes the steps.
private struct Errand: ProcessDefinition {
    static let name = "errand"
    static func key(of start: ErrandRequested) -> String { start.id }
    let workload: Workload

    func run(_ start: ErrandRequested, _ flow: Flow) async throws -> Bool {
        try await flow.ask(HowMany())
        try await flow.request(
            Withdraw(id: start.id), expecting: Withdrawn.self, undo: { Credit(id: $0.id) }, confirmedBy: Credited.self)
        try await flow.request(
            Reserve(id: start.id), expecting: Reserved.self, undo: { Release(id: $0.id) }, confirmedBy: Released.self)
        var isDeclined = start.isDeclined
        while true {
            do {
                try await charge(start, isDeclined, flow)
                flow.publish(ErrandEnded(id: start.id, isDone: true))
                return true
            } catch is Declined {
                let updated = try await flow.wait(until: .days(14), reminding: .every(.days(2))) {
                    On(CardUpdated.self, for: start.account)
                } onReminder: {
                    flow.publish(Reminded(id: start.id))
                }
                guard updated != nil else {
                    try await flow.compensate()
                    flow.publish(ErrandEnded(id: start.id, isDone: false))
                    return false
                }
                isDeclined = false
            }
        }
    }

    private func charge(_ start: ErrandRequested, _ isDeclined: Bool, _ flow: Flow) async throws {
        let act = workload.act("charge \(start.id)")
        try await flow.perform(
            "charge", ActivityOptions(retry: impatient, timeout: .seconds(10), system: "bank"), throwing: Declined.self
        ) { context in
            if isDeclined { throw Declined(id: start.id) }
            return try await act(context)
        }
    }
}

/// Waits for a bell, which resumes all listeners.
private struct Listener: ProcessDefinition {
    static let name = "listener"
    static func key(of start: ListenRequested) -> String { start.id }

    func run(_ start: ListenRequested, _ flow: Flow) async throws {
        try await flow.wait(for: Bell.self, key: "bell")
        flow.publish(Heard(id: start.id))
    }
}

/// Restarts after each of three rounds, perhaps while the activity "look" still runs.
private struct Rounds: ProcessDefinition {
    static let name = "rounds"
    static func key(of start: RoundsRequested) -> String { start.id }
    let workload: Workload

    func run(_ start: RoundsRequested, _ flow: Flow) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await flow.sleep(for: .minutes(5))
                try await flow.perform(
                    "round", ActivityOptions(retry: impatient, system: "bank"),
                    workload.act("round \(start.id) \(start.round)"))
                return true
            }
            group.addTask {
                try await flow.perform(
                    "look", ActivityOptions(retry: impatient, system: "bank"),
                    workload.act("look \(start.id) \(start.round)"))
                return false
            }
            defer { group.cancelAll() }
            while let isOver = try await group.next(), !isOver {}
        }
        if start.round < 3 { try flow.restart(with: RoundsRequested(id: start.id, round: start.round + 1)) }
        flow.publish(RoundsEnded(id: start.id))
    }
}

/// Waits for a signal or the end of ten minutes, whichever comes first: half of the instances by a wait with a limit,
/// the others by a deadline over two steps. An instance that got the signal waits for another one forever.
private struct Race: ProcessDefinition {
    static let name = "race"
    static func key(of start: RaceRequested) -> String { start.id }

    func run(_ start: RaceRequested, _ flow: Flow) async throws -> Bool {
        let signal =
            if start.id.last?.wholeNumberValue?.isMultiple(of: 2) ?? false {
                try await flow.wait(for: Signal.self, key: start.id, until: .minutes(10))
            } else {
                try await flow.within(.minutes(10)) {
                    async let pause: Void = flow.sleep(for: .minutes(1))
                    let signal = try await flow.wait(for: Signal.self, key: start.id)
                    try await pause
                    return signal
                }
            }
        flow.publish(RaceEnded(id: start.id, isSignalled: signal != nil))
        while signal != nil { try await flow.wait(for: Signal.self, key: start.id) }
        return false
    }
}

/// Code with a mistake that comes and goes. Messages for an instance that the mistake has parked stay in its mailbox.
private struct Fragile: ProcessDefinition {
    static let name = "fragile"
    static func key(of start: PokingRequested) -> String { start.key }
    static var correlations: [Correlation] {
        [Correlation(Poke.self, unmatched: .buffer(for: .days(36_500))) { $0.key }]
    }
    let workload: Workload

    func run(_ start: PokingRequested, _ flow: Flow) async throws {
        for number in 0..<4 {
            let poke = try await flow.wait(for: Poke.self, key: start.key)
            guard workload.canHandle(poke.number) else { throw Mistake() }
            flow.publish(Poked(key: start.key, number: poke.number))
            if number.isMultiple(of: 2) { try await flow.sleep(for: .minutes(1)) }
        }
    }

    struct Mistake: Error {}
}

/// Opens for those who knock while it listens; a knock at another time becomes a dead letter.
private struct Porter: ProcessDefinition {
    static let name = "porter"
    static func key(of start: PorterRequested) -> String { start.key }
    static var correlations: [Correlation] { [Correlation(Knock.self, unmatched: .deadLetter) { $0.key }] }

    func run(_ start: PorterRequested, _ flow: Flow) async throws {
        for _ in 0..<3 { try await flow.open(start.key, by: Self.name, rest: .minutes(20)) }
    }
}

/// Listens for the same as a porter, and is often somewhere else.
private struct Guard: ProcessDefinition {
    static let name = "guard"
    static func key(of start: GuardRequested) -> String { start.key }
    static var correlations: [Correlation] { [Correlation(Knock.self, unmatched: .deadLetter) { $0.key }] }

    func run(_ start: GuardRequested, _ flow: Flow) async throws {
        for _ in 0..<3 { try await flow.open(start.key, by: Self.name, rest: .days(1)) }
    }
}

extension Flow {
    fileprivate func open(_ key: String, by name: String, rest: Duration) async throws {
        let knock = try await wait(for: Knock.self, key: key)
        publish(Opened(by: name, key: key, number: knock.number))
        try await sleep(for: rest)
    }
}
