#if ActiveMQ
import DequeModule
import NIOCore
import SkeinTransport
import Synchronization

/// Messages that come in, and the room for them.
extension StompConnection {
    /// Sets how much may be here: at most `window` messages taken and not given back. When there are `capacity` of
    /// them, taken or not, nothing is read from the socket.
    func bound(window: Int, capacity: Int) {
        state.withLock { state in
            (state.window, state.capacity) = (window, max(window, capacity))
        }
    }

    /// Waits until there are messages and room for them in the window, and takes them in hand.
    ///
    /// - Throws: ``TransportError`` when the session is over; `CancellationError`, without taking a message.
    func take(limit: Int) async throws -> [StompFrame] {
        while true {
            try Task.checkCancellation()
            let (frames, failure) = state.withLock { state -> ([StompFrame], StompFailure?) in
                if let failure = state.session.failure { return ([], failure) }
                let count = min(limit, state.window - state.inHand, state.inbound.count)
                guard count > 0 else { return ([], nil) }
                let frames = Array(state.inbound.prefix(count))
                state.inbound.removeFirst(count)
                state.inHand += count
                return (frames, nil)
            }
            if let failure { throw errors.error(failure) }
            if !frames.isEmpty { return frames }
            await waitForMessages()
        }
    }

    /// As ``take(limit:)``, but returns nothing when no message has come within a time.
    func take(limit: Int, within patience: Duration) async throws -> [StompFrame] {
        try await withThrowingTaskGroup(of: [StompFrame].self) { group in
            group.addTask { try await self.take(limit: limit) }
            group.addTask {
                try await Task.sleep(for: patience)
                return []
            }
            var frames = try await group.next() ?? []
            group.cancelAll()
            // Messages may have come at the same moment as the end of the time.
            while let result = await group.nextResult() {
                switch result {
                case .success(let more): frames += more
                case .failure(let error) where error is CancellationError: break
                case .failure(let error): throw error
                }
            }
            return frames
        }
    }

    /// Gives back room in the window.
    func putBack(_ count: Int) {
        wakeAfter { $0.inHand -= count }
    }

    /// Drops messages that have come and were not taken, of one subscription.
    func drop(_ subscription: String) {
        wakeAfter { state in state.inbound.removeAll { $0["subscription"] == subscription } }
    }

    /// Drops what has come and will come, so that the answer to DISCONNECT can be read.
    func takeNoMore() {
        wakeAfter { state in
            state.inbound.removeAll()
            (state.isLeaving, state.capacity) = (true, .max)
        }
    }

    private func waitForMessages() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let previous = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    let hasSome = !state.inbound.isEmpty && state.inHand < state.window
                    guard !hasSome, state.session.failure == nil, !Task.isCancelled else { return continuation }
                    defer { state.receiver = continuation }
                    return state.receiver
                }
                previous?.resume()
            }
        } onCancel: {
            let receiver = state.withLock { state in
                defer { state.receiver = nil }
                return state.receiver
            }
            receiver?.resume()
        }
    }

    /// Changes the room, parses what waited for it, and reads on.
    private func wakeAfter(_ change: (inout State) -> Void) {
        let channel = state.withLock { state -> (any Channel)? in
            change(&state)
            guard state.isPaused, !state.isFull else { return nil }
            state.isPaused = false
            return state.channel
        }
        resumeParsing()
        // What is here already may fill the room again.
        if let channel, wantsMore() { channel.read() }
    }
}
#endif
