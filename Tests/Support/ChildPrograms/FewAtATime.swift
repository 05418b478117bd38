import Synchronization
public import Testing

/// Lets only a few of the tests that start programs run at once, whatever their suites. Such a test waits for
/// processes that need the cores too.
public struct FewAtATime: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    @concurrent
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Places.shared.take()
        defer { Places.shared.give() }
        try await function()
    }
}

extension Trait where Self == FewAtATime {
    /// Lets at most four tests that start programs run at once. Every suite that starts programs has this trait.
    public static var fewAtATime: Self { FewAtATime() }
}

/// The tests that may run, and the queue of those that wait for their turn.
private final class Places: Sendable {
    static let shared = Places(4)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return CheckedContinuation<Void, Never>?.none
            }
            return state.waiting.removeFirst()
        }?.resume()
    }
}
