public import SkeinCore
import Synchronization

/// An outside system that does as a test tells it: a card gateway, a warehouse, a mail server.
///
/// It stands beside the runtime, so a crash of that takes nothing from it. It acts once for each idempotency key, as a
/// well-made outside system does: a call with a known key acts no more and gets the answer of the first time, be that a
/// value or an error.
///
/// ```swift
/// let gateway = ScriptedSystem<Charge, Receipt> { charge in Receipt(charge) }
/// gateway.follow(.fail(), .loseAnswer())
/// // … in an activity: try await gateway.call(charge, key: activity.idempotencyKey)
/// #expect(gateway.acts.count == 1)
/// #expect(gateway.calls.count == 3)
/// ```
///
/// - Ordering: calls are decided one after the other, in the order in which they arrive.
public final class ScriptedSystem<Request: Sendable, Answer: Sendable>: Sendable {
    /// What the system does with one call.
    public enum Behavior: Sendable {
        /// Acts at once, and answers after a time on the clock given to ``begin(at:)``.
        case answer(after: Duration = .zero)
        /// Does not act, and throws.
        case fail(any Error = LineDown())
        /// Acts, and throws all the same: the caller cannot know what has happened.
        case loseAnswer(any Error = LineDown())
    }

    /// One call that the system has got.
    public struct Call: Sendable {
        /// 1 for the first call.
        public var number: Int
        /// When it came, by the clock given to ``begin(at:)``; 1970 without one.
        public var at: Timestamp
        /// The idempotency key.
        public var key: String
        /// What was asked for.
        public var request: Request
        /// Whether the system has answered, or refused, the key before.
        public var isRepeat: Bool
    }

    private struct State {
        var clock: (any RuntimeClock)?
        var next: [Behavior] = []
        var rule: @Sendable (Call) -> Behavior = { _ in .answer() }
        var calls: [Call] = []
        var acts: [Request] = []
        var answers: [String: Result<Answer, any Error>] = [:]
        var running = 0
        var mostAtOnce = 0
    }

    private let state = Mutex(State())
    private let act: @Sendable (Request) throws -> Answer

    /// - Parameter act: the effect on the outside, and its answer; an error is a business error of the system's own,
    ///   such as a declined card, and is remembered like an answer.
    public init(_ act: @escaping @Sendable (Request) throws -> Answer) { self.act = act }

    /// Takes the time from a clock, such as that of a ``Simulation``, from now on.
    public func begin(at clock: VirtualClock) { use(clock) }

    package func use(_ clock: any RuntimeClock) { state.withLock { $0.clock = clock } }

    /// What to do with the next calls, one each, after those that have been told before; then the rule holds again.
    public func follow(_ behaviors: Behavior...) { follow(behaviors) }

    /// What to do with the next calls, one each, after those that have been told before; then the rule holds again.
    public func follow(_ behaviors: [Behavior]) { state.withLock { $0.next += behaviors } }

    /// What to do with every call that no script speaks of; to answer at once, unless set.
    ///
    /// - Parameter rule: must be short, and must not call the system.
    public func always(_ rule: @escaping @Sendable (Call) -> Behavior) { state.withLock { $0.rule = rule } }

    /// All calls, in the order in which they came.
    public var calls: [Call] { state.withLock { $0.calls } }

    /// What the system has done, in order: one for each key, without what its effect has refused.
    public var acts: [Request] { state.withLock { $0.acts } }

    /// How many calls it has had to answer at once.
    public var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    /// Calls the system, as an activity or a handler does.
    ///
    /// - Throws: what the script says, or the system's own error.
    public func call(_ request: Request, key: String) async throws -> Answer {
        let (behavior, clock) = state.withLock { state in
            let call = Call(
                number: state.calls.count + 1, at: state.clock?.now ?? .epoch, key: key, request: request,
                isRepeat: state.answers[key] != nil)
            state.calls.append(call)
            state.running += 1
            state.mostAtOnce = max(state.mostAtOnce, state.running)
            return (state.next.isEmpty ? state.rule(call) : state.next.removeFirst(), state.clock)
        }
        defer { state.withLock { $0.running -= 1 } }
        switch behavior {
        case .fail(let error):
            throw error
        case .loseAnswer(let error):
            _ = answer(request, key)
            throw error
        case .answer(let delay):
            let answer = answer(request, key)
            if delay > .zero, let clock { await Self.sleep(for: delay, on: clock) }
            return try answer.get()
        }
    }

    private func answer(_ request: Request, _ key: String) -> Result<Answer, any Error> {
        state.withLock { state in
            if let known = state.answers[key] { return known }
            let answer = Result { try act(request) }
            state.answers[key] = answer
            if case .success = answer { state.acts.append(request) }
            return answer
        }
    }

    private static func sleep(for duration: Duration, on clock: any RuntimeClock) async {
        // The alarm goes with the runtime when that is dropped, and this piece of its code with it.
        await withUnsafeContinuation { continuation in
            clock.makeAlarm { continuation.resume() }.set(clock.now.advanced(by: duration))
        }
    }
}
