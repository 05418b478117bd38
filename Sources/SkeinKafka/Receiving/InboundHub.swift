import SkeinTransport
import Synchronization

/// Hands the messages of a source's readers to the runtime: obeys an ``InboundWindow``, on which `receive` waits.
///
/// Readers call from their threads, the runtime from its tasks; the mutex makes one sequence of them.
final class InboundHub: Sendable {
    typealias Waiter = CheckedContinuation<[InboundMessage], any Error>

    private struct State {
        var window: InboundWindow<Waiter>
        var nextWait: UInt64 = 0
    }

    private let state: Mutex<State>

    init(window: Int) { state = Mutex(State(window: InboundWindow(window: window))) }

    /// How many more messages readers should bring.
    var room: Int { state.withLock { $0.window.room } }

    /// Whether readers that have paused should go on.
    var isHalfEmpty: Bool { state.withLock { $0.window.isHalfEmpty } }

    func receive(limit: Int) async throws -> [InboundMessage] {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextWait += 1
            return state.nextWait
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                perform { $0.receive(waiter, id: id, limit: limit) }
                // Had the task been cancelled before it waited, the handler would have found nobody.
                if Task.isCancelled { perform { $0.cancel(id: id) } }
            }
        } onCancel: {
            perform { $0.cancel(id: id) }
        }
    }

    /// - Returns: the receipt of the first message.
    func offer(_ messages: [InboundMessage]) -> UInt64 {
        let (first, action) = state.withLock { $0.window.offer(messages) }
        obey(action)
        return first
    }

    func acknowledge(_ count: Int) { perform { $0.acknowledge(count) } }

    func drop(_ partitions: Set<TopicPartition>) -> Set<UInt64> { state.withLock { $0.window.drop(partitions) } }

    func fail(_ error: TransportError) { perform { $0.fail(error) } }

    private func perform(_ event: @Sendable (inout InboundWindow<Waiter>) -> InboundWindow<Waiter>.Action) {
        obey(state.withLock { event(&$0.window) })
    }

    private func obey(_ action: InboundWindow<Waiter>.Action) {
        guard case .resume(let waiter, let result) = action else { return }
        waiter.resume(with: result)
    }
}
