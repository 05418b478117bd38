public import SkeinCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One run of components in a world that is against them: what runs next, what breaks, what operators do and when the
/// process dies is decided by one number.
///
/// A trial is described by a closure, which is called anew for each of very many runs; see ``TrialSearch``.
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
/// Whatever the components are, a model checks the invariants of the runtime from what becomes durable and from the
/// calls of the outside systems: order per key, nothing lost, nothing done twice, every wait and timer accounted for,
/// the same state and effects at each replay.
public final class Trial {
    /// Where everything random in the run comes from.
    public let seed: UInt64
    /// The clock of the run.
    public let clock: VirtualClock
    /// The store of the run, which outlives each process.
    public let store: any Store

    var makeComponents: @Sendable () -> [Component] = { [] }
    var inputs: [(name: String, body: @Sendable (Runtime) async throws -> Void)] = []
    var promises: [(text: String, invariant: Int, holds: (TrialOutcome) throws -> Bool)] = []
    var weathers: [Weather] = []
    var systemNames: [String] = []
    var redirectTarget: String?
    var onCall: (@Sendable (String) -> Void)?

    init(seed: UInt64, clock: VirtualClock, store: any Store) {
        (self.seed, self.clock, self.store) = (seed, clock, store)
    }

    /// Sets what runs. The closure is called for each process of the run, so a component may differ from one to the
    /// next, as it does when a new version is deployed.
    public func run(_ components: @escaping @Sendable () -> [Component]) { makeComponents = components }

    /// Adds an event that comes in once, at some moment of the run.
    ///
    /// A process that is killed at that moment may take the event with it, as a client would that does not try again.
    public func publish(_ event: some Event, as component: String) {
        perform("\(type(of: event).name)") { _ = try await $0.client(as: component).publish(event) }
    }

    /// Adds a command that comes in once, at some moment of the run.
    public func send(_ command: some Command, as component: String = "client") {
        perform("\(type(of: command).name)") { _ = try await $0.client(as: component).send(command) }
    }

    /// Adds something that a client does at some moment of the run; what it throws is part of the story.
    public func perform(_ name: String, _ body: @escaping @Sendable (Runtime) async throws -> Void) {
        inputs.append((name, body))
    }

    /// Adds a question that a client asks at some moment of the run. When its time is over, the answer must be missing,
    /// or be counted as late.
    public func ask<Asked: Query>(_ query: Asked, timeout: Duration = .seconds(30)) {
        let asked = unanswered
        perform("\(Asked.name)") { runtime in
            let life = asked.life
            do {
                _ = try await runtime.client().ask(query, timeout: timeout)
            } catch let error as MessageError where error.code == .noAnswer {
                asked.add(error.description, in: life)
            }
        }
    }

    /// The questions that got no answer in time.
    let unanswered = TrialQuestions()

    /// Hands an outside system over to the trial: it fails, loses answers, is slow or silent as the plan has it, and is
    /// fine at the end.
    ///
    /// - Parameter name: what activities call it (`ActivityOptions/system`); operators then also suspend and resume it.
    public func outside<Request, Answer>(_ system: ScriptedSystem<Request, Answer>, called name: String? = nil) {
        if let name { systemNames.append(name) }
        let weather = Weather(seed: seed &+ UInt64(weathers.count))
        weathers.append(weather)
        system.begin(at: clock)
        let called = onCall
        system.always { call in
            called?(call.key)
            return switch weather.next(call.number) {
            case .fine, .unsteady: .answer()
            case .failing: .fail()
            case .losingAnswers: .loseAnswer()
            case .slow: .answer(after: .seconds(3))
            case .silent: .answer(after: .days(400))
            }
        }
    }

    /// Lets operators redirect messages that are held up to a component, which may get a copy of an event that it has
    /// had. Without it nothing is redirected.
    public func redirects(to component: String) { redirectTarget = component }

    /// Something that is broken at times, as the plan has it, and mended at the end: code with a mistake, a missing
    /// file. The components ask it themselves.
    public func trouble() -> TrialTrouble {
        let weather = Weather(seed: seed &+ UInt64(weathers.count))
        weathers.append(weather)
        return TrialTrouble(weather: weather)
    }

    /// Adds a promise that must hold at the end, when everything has come to rest and every outside system is well.
    ///
    /// - Parameter invariant: the invariant of the runtime, 1 to 10, that the promise follows from; 0 for one that the
    ///   components themselves have to keep.
    public func check(
        _ promise: String, invariant: Int = 0, _ holds: @escaping (TrialOutcome) throws -> Bool
    ) {
        promises.append((promise, invariant, holds))
    }

    /// How an outside system behaves at present.
    final class Weather: Sendable {
        private let state = Mutex(TrialWeather.fine)
        private let seed: UInt64

        init(seed: UInt64) { self.seed = seed }

        /// Changes from now on.
        func turn(_ weather: TrialWeather) { state.withLock { $0 = weather } }

        func next(_ call: Int) -> TrialWeather {
            let weather = state.withLock { $0 }
            guard weather == .unsteady else { return weather }
            var random = SeededRandom(seed: seed &+ UInt64(call) &* 0x9e37_79b9_7f4a_7c15)
            return [.fine, .fine, .failing, .losingAnswers, .slow][Int(random.next() % 5)]
        }
    }
}

/// Something that is broken at times.
public struct TrialTrouble: Sendable {
    let weather: Trial.Weather

    /// Whether it is broken at this moment.
    public var isHere: Bool { weather.next(1) != .fine }
}

/// What is known at the end of a trial.
public struct TrialOutcome {
    /// Reads the store as it was left.
    public let reader: any StoreReader
    /// What operators have taken out of the ordinary course of things, to be left out of what is promised.
    public let interventions: TrialInterventions
    /// Every instance, ended or not, ascending by id.
    public let instances: [InstanceRow]
    private let ledger: TrialLedger

    init(reader: any StoreReader, ledger: TrialLedger, interventions: TrialInterventions) {
        (self.reader, self.ledger, self.interventions) = (reader, ledger, interventions)
        instances = ledger.instances
    }

    /// The messages of a type in the log that can be read, in order, without copies of events for one component.
    ///
    /// - Parameter isMeant: leaves out positions.
    public func messages<Logged: Message>(
        of type: Logged.Type, where isMeant: (Int64) -> Bool = { _ in true }
    ) throws -> [Logged] {
        var found: [Logged] = []
        for (position, _) in records(of: type) where isMeant(position) {
            guard let envelope = try reader.record(at: position)?.envelope, type.version.accepts(envelope.version),
                envelope.kind != .event || envelope.context.recipient == nil,
                let message = try? JSONDecoder().decode(type, from: envelope.payload.bytes)
            else { continue }
            found.append(message)
        }
        return found
    }

    /// The messages with a name in the log: position and subject, in order.
    public func records<Logged: Message>(of type: Logged.Type) -> [(position: Int64, subject: String)] {
        ledger.records(named: Logged.name)
    }
}

/// Questions whose time was over before an answer came.
final class TrialQuestions: Sendable {
    private struct State {
        var life: UInt64 = 0
        var texts: [String] = []
    }

    private let state = Mutex(State())

    /// The number of the process that questions are asked of at present.
    var life: UInt64 { state.withLock { $0.life } }

    /// Another process begins, which answers nothing that was asked of the one before.
    func begin(_ life: UInt64) { state.withLock { $0 = State(life: life) } }

    func add(_ text: String, in life: UInt64) {
        state.withLock { if $0.life == life { $0.texts.append(text) } }
    }

    /// The ids of the questions that were asked of the present process; the error ends with the id.
    var ids: [MessageID] {
        state.withLock { $0.texts.compactMap { $0.split(separator: " ").last.map { MessageID(String($0)) } } }
    }
}
