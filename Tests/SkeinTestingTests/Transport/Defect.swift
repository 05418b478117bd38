import SkeinTesting
import SkeinTransport

/// One thing that a transport does otherwise than its contract says.
enum Defect: String, CaseIterable, Sendable {
    case losesOutcome, reversesOutcomes
    case reversesBatches, sendsSingly
    case acknowledgesWithoutStoring, forgetsAtRestart
    case losesExtensions, losesRecipient, cutsTime, altersBytes, losesReplyTo, losesRepeatMark, confusesDestinations
    case refusesAll, throwsForRefusal
    case hangsWithoutBroker, acknowledgesWithoutBroker
    case transactsNothing, forgetsPlaces, fencesNobody, inventsPlaces
    case acknowledgesOnReceipt, ignoresAcknowledgements, acknowledgesAllBelow, losesWhenCancelled, ignoresCancellation
    case losesReturned
    case mixesReaders, givesAllToEach, forgetsReaders, dividesCommands, losesAnswers, acknowledgesOnClose
    case ignoresWindow, ignoresLimit
    case swallowsUnreadable, stopsAtUnreadable
    case ignoresPlaces, beginsBelowPlaces, losesOffsets
    case beginsTooEarly, beginsTooLate, ignoresTimes, opensLate
    case ignoresClose, confusesClose
    case promisesLess, promisesNothing
    case connectsAnyway, confusesCause, showsPassword

    /// The point of the contract that is broken.
    var point: Int {
        switch self {
        case .losesOutcome, .reversesOutcomes: 1
        case .reversesBatches, .sendsSingly: 2
        case .acknowledgesWithoutStoring, .forgetsAtRestart: 3
        case .losesExtensions, .losesRecipient, .cutsTime, .altersBytes, .losesReplyTo, .losesRepeatMark,
            .confusesDestinations:
            4
        case .refusesAll, .throwsForRefusal: 5
        case .hangsWithoutBroker, .acknowledgesWithoutBroker: 6
        case .transactsNothing, .forgetsPlaces, .fencesNobody, .inventsPlaces: 7
        case .acknowledgesOnReceipt, .ignoresAcknowledgements, .acknowledgesAllBelow, .losesWhenCancelled,
            .ignoresCancellation, .losesReturned:
            8
        case .mixesReaders, .givesAllToEach, .forgetsReaders, .dividesCommands, .losesAnswers, .acknowledgesOnClose: 9
        case .ignoresWindow, .ignoresLimit: 10
        case .swallowsUnreadable, .stopsAtUnreadable: 11
        case .ignoresPlaces, .beginsBelowPlaces, .losesOffsets: 12
        case .beginsTooEarly, .beginsTooLate, .ignoresTimes, .opensLate: 13
        case .ignoresClose, .confusesClose: 14
        case .promisesLess, .promisesNothing: 15
        case .connectsAnyway, .confusesCause, .showsPassword: 16
        }
    }

    /// Whether it shows in something that never comes, so that only the patience of a check ends it.
    var isWaitedFor: Bool {
        switch self {
        case .acknowledgesWithoutStoring, .forgetsAtRestart, .hangsWithoutBroker, .acknowledgesOnReceipt,
            .acknowledgesAllBelow, .losesWhenCancelled, .ignoresCancellation, .losesReturned, .forgetsReaders,
            .dividesCommands, .losesAnswers, .acknowledgesOnClose, .swallowsUnreadable, .ignoresPlaces, .beginsTooLate,
            .opensLate, .ignoresClose:
            true
        default: false
        }
    }

    /// The adapter of a transport that has the defect, on a broker of its own.
    func adapter() -> TransportConformance {
        let broker = CurrentBroker()
        var adapter = TransportConformance.memory(broker.value)
        if isWaitedFor { adapter.patience = .seconds(1) }
        adapter.make = { [make = adapter.make] in
            DefectiveTransport(defect: self, broker: broker, features: try await make().features)
        }
        if self == .forgetsAtRestart { adapter.restartBroker = { broker.replace() } }
        switch self {
        case .connectsAnyway: adapter.broken = { [(broker.value.transport(), .disconnected)] }
        case .confusesCause: adapter.broken = { [make = adapter.broken] in try await make().map { ($0.0, .timeout) } }
        case .showsPassword:
            adapter.broken = {
                let label = "memory://me:\(TransportConformance.password)@host"
                let stopped = MemoryBroker(label: label)
                stopped.stop()
                return [(stopped.transport(), .disconnected)]
            }
        default: break
        }
        return adapter
    }
}
