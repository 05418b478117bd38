internal import Synchronization

/// The calls that a kernel has not answered yet. When its thread is stuck in user code, its successor gets all of them,
/// also those that the kernel had begun to handle.
final class KernelCalls: Sendable {
    private struct State {
        var open: [UInt64: KernelEngine.Event] = [:]
        var next: UInt64 = 0
        var successor: KernelEngine?
    }

    private let state = Mutex(State())

    /// Registers a call.
    ///
    /// - Returns: what to handle in its place, or `nil` where the successor has it already.
    func admit(_ event: KernelEngine.Event) -> KernelEngine.Event? {
        let (number, successor) = state.withLock { state -> (UInt64, KernelEngine?) in
            if let successor = state.successor { return (0, successor) }
            state.next += 1
            state.open[state.next] = event
            return (state.next, nil)
        }
        if let successor {
            successor.post(event)
            return nil
        }
        switch event {
        case .act(let call):
            return .act(ActionCall(call.action, on: call.subject) { [self] in if close(number) { call.answer($0) } })
        case .observe(var observer):
            let notify = observer.notify
            observer.notify = { [self] in if close(number) { notify($0) } }
            return .observe(observer)
        case .whenSettled(let done):
            return .whenSettled { [self] in if close(number) { done() } }
        case .storePlace(let done):
            return .storePlace { [self] in if close(number) { done() } }
        case .drain(let done):
            return .drain { [self] in if close(number) { done() } }
        default:
            _ = close(number)
            return event
        }
    }

    /// Hands open calls, and all later ones, to the successor.
    func handOver(to successor: KernelEngine) {
        let open = state.withLock { state in
            state.successor = successor
            defer { state.open = [:] }
            return state.open.sorted { $0.key < $1.key }.map(\.value)
        }
        for event in open { successor.post(event) }
    }

    /// Removes an observer who no longer waits for the end of an instance.
    ///
    /// - Returns: the kernel that has to forget it, too.
    func forget(_ observer: UInt64) -> KernelEngine? {
        state.withLock { state in
            state.open = state.open.filter { entry in
                if case .observe(let open) = entry.value { open.id != observer } else { true }
            }
            return state.successor
        }
    }

    /// Closes a call.
    ///
    /// - Returns: whether it was open.
    private func close(_ number: UInt64) -> Bool {
        state.withLock { $0.open.removeValue(forKey: number) != nil }
    }
}
