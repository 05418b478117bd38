import SkeinTesting
import SkeinTransport
import Synchronization

/// A source that breaks one point of the contract.
final class DefectiveSource: TransportSource {
    private struct State {
        var received: [InboundMessage] = []
        var pending: Task<[InboundMessage], any Error>?
    }

    private let base: any TransportSource
    private let defect: Defect
    private let state = Mutex(State())

    init(base: any TransportSource, defect: Defect) { (self.base, self.defect) = (base, defect) }

    func receive(limit: Int) async throws -> [InboundMessage] {
        do {
            let messages = try await take(limit)
            if defect == .acknowledgesOnReceipt { try await base.acknowledge(messages) }
            if defect == .acknowledgesAllBelow || defect == .acknowledgesOnClose {
                state.withLock { $0.received += messages }
            }
            return messages
        } catch let error as TransportError where error.code == .closed {
            if defect == .ignoresClose { await hang() }
            throw defect == .confusesClose ? TransportError(.disconnected, error.message) : error
        }
    }

    private func take(_ limit: Int) async throws -> [InboundMessage] {
        switch defect {
        case .ignoresLimit: return try await base.receive(limit: 1000)
        case .ignoresCancellation: return try await Task { [base] in try await base.receive(limit: limit) }.value
        case .losesWhenCancelled: return try await takeOrLose(limit)
        case .confusesDestinations:
            return try await base.receive(limit: limit).map { message in
                var message = message
                message.destination = .events(of: "other")
                return message
            }
        case .losesOffsets:
            return try await base.receive(limit: limit).map { message in
                var message = message
                message.origin.offset = nil
                return message
            }
        case .swallowsUnreadable:
            while true {
                let messages = try await base.receive(limit: limit)
                let unreadable = messages.filter { $0.id == nil }
                try await base.acknowledge(unreadable)
                if unreadable.count < messages.count { return messages.filter { $0.id != nil } }
            }
        case .stopsAtUnreadable:
            let messages = try await base.receive(limit: limit)
            guard let first = messages.first(where: { $0.id == nil }) else { return messages }
            throw TransportError(.protocolViolation, "cannot read \(first.origin)")
        default: return try await base.receive(limit: limit)
        }
    }

    /// What was under way when a call was cancelled is lost.
    private func takeOrLose(_ limit: Int) async throws -> [InboundMessage] {
        if let pending = state.withLock({ $0.pending }) { _ = try await pending.value }
        let task = Task { [base] in try await base.receive(limit: limit) }
        state.withLock { $0.pending = task }
        if Task.isCancelled { throw CancellationError() }
        let messages = try await task.value
        state.withLock { $0.pending = nil }
        return messages
    }

    func acknowledge(_ messages: [InboundMessage]) async throws {
        switch defect {
        case .acknowledgesOnReceipt, .ignoresAcknowledgements: break
        case .acknowledgesAllBelow:
            let highest = messages.map(\.receipt).max() ?? 0
            let below = state.withLock { $0.received.filter { $0.receipt <= highest } }
            try await base.acknowledge(below)
        default: try await base.acknowledge(messages)
        }
    }

    func release(_ messages: [InboundMessage]) async throws {
        if defect == .losesReturned { try await base.acknowledge(messages) } else { try await base.release(messages) }
    }

    func close() async {
        if defect == .acknowledgesOnClose { try? await base.acknowledge(state.withLock { $0.received }) }
        await base.close()
    }
}

/// A source that is opened when something is received for the first time.
final class LateSource: TransportSource {
    private let open: @Sendable () async throws -> any TransportSource
    private let source = Mutex<(any TransportSource)?>(nil)

    init(_ open: @escaping @Sendable () async throws -> any TransportSource) { self.open = open }

    func receive(limit: Int) async throws -> [InboundMessage] {
        if let source = source.withLock({ $0 }) { return try await source.receive(limit: limit) }
        let opened = try await open()
        source.withLock { $0 = opened }
        return try await opened.receive(limit: limit)
    }

    func acknowledge(_ messages: [InboundMessage]) async throws {
        try await source.withLock({ $0 })?.acknowledge(messages)
    }

    func close() async { await source.withLock({ $0 })?.close() }
}
