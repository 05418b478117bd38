public import SkeinStorage
public import SkeinCore

/// One simulated run of components under faults. One number, the seed, decides the order of work, what breaks, what
/// operators do and when the process is killed.
///
/// ``TrialSearch`` calls the closure that describes a trial once for each run. The closure must do the same each time.
///
/// ```swift
/// let search = TrialSearch("payments") { trial in
///     let bank = ScriptedSystem<Charge, Receipt> { Receipt($0) }
///     trial.outside(bank)
///     trial.run { [payments(bank)] }
///     for number in 1...10 { trial.publish(PaymentRequested(id: "p\(number)"), as: "shop") }
///     trial.check("each payment is charged once") { _ in bank.acts.count == 10 }
/// }
/// try search.run(seeds: 1...300)
/// ```
///
/// Besides the promises that ``check(_:invariant:_:)`` adds, a model checks the invariants of the runtime after each
/// commit and each call of an outside system: order per key, nothing lost, nothing done twice, every wait and timer
/// accounted for, the same state and effects at each replay.
///
/// - Isolation: everything in a trial runs on the thread that called ``TrialSearch``.
public final class Trial {
    /// The number that everything random in the run follows from.
    public let seed: UInt64
    /// The clock of the run.
    public let clock: VirtualClock
    /// The store of the run. It stays open when a process is killed, and the next process goes on with it.
    public let store: any Store

    var makeComponents: @Sendable () -> [Component] = { [] }
    var inputs: [(name: String, body: @Sendable (Runtime) async throws -> Void)] = []
    var promises: [(text: String, invariant: Int, holds: (TrialOutcome) throws -> Bool)] = []
    var weathers: [Weather] = []
    var systemNames: [String] = []
    var redirectTarget: String?
    var trimsLog = false
    var onCall: (@Sendable (_ key: String, _ line: () -> String) -> Void)?
    var onRefusal: (@Sendable (String) -> Void)?

    init(seed: UInt64, clock: VirtualClock, store: any Store) {
        (self.seed, self.clock, self.store) = (seed, clock, store)
    }

    /// Sets the components. The closure is called once before the run and once for each process of the run, so a
    /// component may differ from one process to the next, as it does when a new version is deployed.
    public func run(_ components: @escaping @Sendable () -> [Component]) { makeComponents = components }

    /// Adds an event that a client publishes once, at some moment of the run.
    ///
    /// - Durability: the client does not try again, so the event is lost when the process is killed before its commit.
    ///
    /// The trial fails when the component may not publish the event, because nothing would be tested.
    public func publish(_ event: some Event, as component: String) {
        submit("\(type(of: event).name)") { _ = try await $0.client(as: component).publish(event) }
    }

    /// Adds a command that a client sends once, at some moment of the run; it can be lost like an event of
    /// ``publish(_:as:)``. The trial fails when no component handles it.
    public func send(_ command: some Command, as component: String = "client") {
        submit("\(type(of: command).name)") { _ = try await $0.client(as: component).send(command) }
    }

    private func submit(_ name: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        let refused = onRefusal
        perform(name) { runtime in
            do {
                try await body(runtime)
            } catch let error as MessageError where error.code == .noOwner {
                refused?("a client's '\(name)' is refused: \(error)")
            }
        }
    }

    /// Adds something that a client does at some moment of the run. An error that it throws is told in the story and
    /// breaks no promise.
    public func perform(_ name: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        inputs.append((name, body))
    }

    /// Adds a question that a client asks at some moment of the run. If the client gets no answer within `timeout`, the
    /// log must hold none either, or the runtime must have counted it as late.
    public func ask<Asked: Query>(_ query: Asked, timeout: Duration = .seconds(30)) {
        let asked = unanswered
        perform("\(Asked.name)") { runtime in
            let process = asked.process
            do {
                _ = try await runtime.client().ask(query, timeout: timeout)
            } catch let error as MessageError where error.code == .noAnswer {
                asked.add(error.description, in: process)
            }
        }
    }

    let unanswered = UnansweredQuestions()

    /// Lets the plan decide how an outside system behaves: it fails, loses answers, is slow or silent for a while, and
    /// answers again at the end.
    ///
    /// - Parameter name: the name that activities use for it (`ActivityOptions.system`). With a name, operators also
    ///   suspend and resume the system.
    public func outside<Request, Answer>(_ system: ScriptedSystem<Request, Answer>, called name: String? = nil) {
        if let name { systemNames.append(name) }
        let number = weathers.count
        let weather = Weather(seed: seed &+ UInt64(number))
        weathers.append(weather)
        system.begin(at: clock)
        let called = onCall
        system.always { call in
            let (behavior, answer) = Self.behavior(in: weather.next(call.number), of: system)
            called?(call.key) {
                let request = "\(call.request)".prefix(80)
                let known = call.isRepeat ? ", which it knows," : ""
                return "outside system \(number) is called for \(request) with key \(call.key)\(known) and \(answer)"
            }
            return behavior
        }
    }

    /// What a system does, and how the story says it.
    private static func behavior<Request, Answer>(
        in weather: TrialWeather, of system: ScriptedSystem<Request, Answer>
    ) -> (ScriptedSystem<Request, Answer>.Behavior, String) {
        switch weather {
        case .fine, .unsteady: (.answer(), "answers")
        case .failing: (.fail(), "fails")
        case .losingAnswers: (.loseAnswer(), "loses its answer")
        case .slow: (.answer(after: .seconds(3)), "answers late")
        case .silent: (.answer(after: .days(400)), "does not answer")
        }
    }

    /// Lets operators redirect failing messages to a component. The component must be ready for a copy of an event
    /// that it has already handled. Without this call operators redirect nothing.
    public func redirects(to component: String) { redirectTarget = component }

    /// Lets processes remove the oldest messages of the log, as their limits decide. No projection may be built anew
    /// then. Without this call the log is kept.
    public func trimLog() { trimsLog = true }

    /// Adds something that the plan breaks for a while and mends by the end: a mistake in the code, a missing file.
    /// The components ask ``TrialTrouble/isHere`` themselves.
    public func trouble() -> TrialTrouble {
        let weather = Weather(seed: seed &+ UInt64(weathers.count))
        weathers.append(weather)
        return TrialTrouble(weather: weather)
    }

    /// Adds a promise that must hold at the end, when nothing is left to do and every outside system answers.
    ///
    /// - Parameters:
    ///   - promise: what must hold, for the report of a failure.
    ///   - invariant: the invariant of the runtime that the promise follows from, 1 to 10; 0 for a promise that the
    ///     components have to keep themselves.
    ///   - holds: whether it does; an error that it throws counts as a failure of the trial.
    public func check(
        _ promise: String, invariant: Int = 0, _ holds: @escaping (TrialOutcome) throws -> Bool
    ) {
        promises.append((promise, invariant, holds))
    }
}
