import SkeinTesting
import SkeinTransport
import Synchronization

/// A way to a broker in memory on which batches, or the closing of sources, can be made to wait.
final class HoldingTransport: Transport {
    /// What can be made to wait.
    enum Matter: Hashable {
        case sending, closing
    }

    private struct State {
        var holds: Set<Matter> = []
        var held: [Matter: [UnsafeContinuation<Void, Never>]] = [:]
        var sources = 0
    }

    private let base: any Transport
    private let state = Mutex(State())

    init(_ broker: MemoryBroker) { base = broker.transport() }

    var label: String { base.label }
    var features: TransportFeatures { base.features }

    /// How many sources were opened.
    var sources: Int { state.withLock { $0.sources } }

    /// Whether something waits.
    func isHolding(_ matter: Matter) -> Bool { state.withLock { $0.held[matter]?.isEmpty == false } }

    /// Lets what comes from now on wait.
    func hold(_ matter: Matter) { state.withLock { _ = $0.holds.insert(matter) } }

    /// Lets everything go on.
    func release(_ matter: Matter) {
        let held = state.withLock { state in
            state.holds.remove(matter)
            return state.held.removeValue(forKey: matter) ?? []
        }
        for continuation in held { continuation.resume() }
    }

    func openSender(_ request: SenderRequest) async throws -> any TransportSender {
        HoldingSender(base: try await base.openSender(request), transport: self)
    }

    func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        let source = try await base.openSource(request)
        state.withLock { $0.sources += 1 }
        return HoldingSource(base: source, transport: self)
    }

    fileprivate func pass(_ matter: Matter) async {
        await withUnsafeContinuation { continuation in
            let isFree = state.withLock { state in
                let isFree = !state.holds.contains(matter)
                if !isFree { state.held[matter, default: []].append(continuation) }
                return isFree
            }
            if isFree { continuation.resume() }
        }
    }
}

private final class HoldingSender: TransportSender {
    private let base: any TransportSender
    private let transport: HoldingTransport

    init(base: any TransportSender, transport: HoldingTransport) { (self.base, self.transport) = (base, transport) }

    func send(_ batch: OutboundBatch) async throws -> [SendOutcome] {
        await transport.pass(.sending)
        return try await base.send(batch)
    }

    func committedPlace() async throws -> String? { try await base.committedPlace() }
    func close() async { await base.close() }
}

private final class HoldingSource: TransportSource {
    private let base: any TransportSource
    private let transport: HoldingTransport

    init(base: any TransportSource, transport: HoldingTransport) { (self.base, self.transport) = (base, transport) }

    func receive(limit: Int) async throws -> [InboundMessage] { try await base.receive(limit: limit) }
    func acknowledge(_ messages: [InboundMessage]) async throws { try await base.acknowledge(messages) }

    func close() async {
        await transport.pass(.closing)
        await base.close()
    }
}
