import SkeinMessages
import SkeinTesting
import SkeinTransport
import Synchronization

/// A broker that can be exchanged for an empty one.
final class CurrentBroker: Sendable {
    private let broker = Mutex(MemoryBroker())

    var value: MemoryBroker { broker.withLock { $0 } }

    func replace() {
        value.stop()
        broker.withLock { $0 = MemoryBroker() }
    }
}

/// A way to a broker in memory that breaks one point of the contract.
final class DefectiveTransport: Transport {
    private struct State {
        var opened = 0
        /// By transactional id.
        var places: [String: String] = [:]
    }

    let features: TransportFeatures
    private let defect: Defect
    private let broker: CurrentBroker
    private let everything: TransportFeatures
    private let state = Mutex(State())

    init(defect: Defect, broker: CurrentBroker, features: TransportFeatures) {
        (self.defect, self.broker, everything) = (defect, broker, features)
        let abilities: Set<TransportAbility> =
            switch defect {
            case .promisesLess: features.abilities.subtracting([.negativeAcknowledgement])
            case .promisesNothing: []
            default: features.abilities
            }
        self.features = TransportFeatures(
            abilities, acknowledgements: features.acknowledgements, maximumMessageSize: features.maximumMessageSize)
    }

    var label: String { broker.value.label }

    private var base: any Transport { broker.value.transport(features: everything) }

    /// A number that is another one each time.
    private func next() -> Int {
        state.withLock { state in
            state.opened += 1
            return state.opened
        }
    }

    func openSender(_ request: SenderRequest) async throws -> any TransportSender {
        var request = request
        let id = request.transactionalID
        if defect == .transactsNothing { request.transactionalID = nil }
        if defect == .fencesNobody, let id { request.transactionalID = "\(id)-\(next())" }
        return DefectiveSender(
            base: try await base.openSender(request), defect: defect, place: id.flatMap { id in place(of: id) }
        ) { [self] place in
            if let id { state.withLock { $0.places[id] = place } }
        }
    }

    private func place(of id: String) -> String? { state.withLock { $0.places[id] } }

    func openSource(_ request: SourceRequest) async throws -> any TransportSource {
        var request = request
        let original = request
        switch defect {
        case .mixesReaders: request.process = "everybody"
        case .givesAllToEach:
            if case .group(let member) = request.sharing { (request.process, request.sharing) = (member, .alone) }
        case .forgetsReaders: request.process += "-\(next())"
        case .dividesCommands:
            // Each process reads something else.
            for index in request.subscriptions.indices {
                guard case .commands(let component) = request.subscriptions[index].destination else { continue }
                if original.process.hasSuffix("2") {
                    request.subscriptions[index].destination = .commands(to: component + "-2")
                }
            }
        case .losesAnswers:
            for index in request.subscriptions.indices {
                guard case .replies(let process) = request.subscriptions[index].destination else { continue }
                request.subscriptions[index].destination = .replies(to: process + "-other")
            }
        case .ignoresWindow: request.window = 1000
        case .ignoresPlaces: request.places = []
        case .beginsBelowPlaces:
            for index in request.places.indices { request.places[index].next = max(request.places[index].next - 1, 0) }
        case .beginsTooEarly: change(&request) { $0 == .now ? .beginning : $0 }
        case .beginsTooLate: change(&request) { $0 == .beginning ? .now : $0 }
        case .ignoresTimes: change(&request) { if case .time = $0 { .beginning } else { $0 } }
        default: break
        }
        if defect == .opensLate {
            return LateSource { [base, request] in try await base.openSource(request) }
        }
        return DefectiveSource(base: try await base.openSource(request), defect: defect)
    }

    private func change(_ request: inout SourceRequest, _ body: (SourceBeginning) -> SourceBeginning) {
        for index in request.subscriptions.indices {
            request.subscriptions[index].beginning = body(request.subscriptions[index].beginning)
        }
    }
}

/// A sender that breaks one point of the contract.
final class DefectiveSender: TransportSender {
    private let base: any TransportSender
    private let defect: Defect
    private let place: String?
    private let setPlace: @Sendable (String) -> Void

    init(
        base: any TransportSender, defect: Defect, place: String?, setPlace: @escaping @Sendable (String) -> Void
    ) {
        (self.base, self.defect, self.place, self.setPlace) = (base, defect, place, setPlace)
    }

    func send(_ batch: OutboundBatch) async throws -> [SendOutcome] {
        var batch = batch
        for index in batch.messages.indices { spoil(&batch.messages[index]) }
        switch defect {
        case .losesOutcome: return try await base.send(batch).dropLast()
        case .reversesOutcomes: return try await base.send(batch).reversed()
        case .reversesBatches:
            batch.messages.reverse()
            return try await base.send(batch).reversed()
        case .sendsSingly:
            var outcomes: [SendOutcome] = []
            for message in batch.messages { outcomes += try await base.send(OutboundBatch([message])) }
            return outcomes
        case .acknowledgesWithoutStoring: return batch.messages.map { _ in .acknowledged }
        case .transactsNothing:
            if let place = batch.place { setPlace(place) }
            batch.place = nil
            return try await base.send(batch)
        case .refusesAll, .throwsForRefusal: return try refuse(try await base.send(batch))
        case .hangsWithoutBroker, .acknowledgesWithoutBroker:
            do { return try await base.send(batch) } catch {
                if defect == .hangsWithoutBroker { await hang() }
                return batch.messages.map { _ in .acknowledged }
            }
        default: return try await base.send(batch)
        }
    }

    private func spoil(_ message: inout OutboundMessage) {
        switch defect {
        case .losesExtensions: message.envelope.context.extensions["least"] = nil
        case .losesRecipient: message.envelope.context.recipient = nil
        case .cutsTime:
            message.envelope.time = Timestamp(microseconds: message.envelope.time.microseconds / 1000 * 1000)
        case .altersBytes:
            message.envelope.payload.bytes = .init(message.envelope.payload.bytes.map { $0 == 0xFF ? 0xFE : $0 })
        case .losesReplyTo: message.replyTo = nil
        case .losesRepeatMark: message.isRepeated = false
        default: break
        }
    }

    private func refuse(_ outcomes: [SendOutcome]) throws -> [SendOutcome] {
        for case .refused(let error) in outcomes {
            if defect == .throwsForRefusal { throw error }
            return outcomes.map { _ in .refused(error) }
        }
        return outcomes
    }

    func committedPlace() async throws -> String? {
        switch defect {
        case .forgetsPlaces: nil
        case .transactsNothing: place
        case .inventsPlaces: try await base.committedPlace() ?? ""
        default: try await base.committedPlace()
        }
    }

    func close() async { await base.close() }
}

/// Waits for ever, and does not heed cancellation.
func hang() async {
    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
}
