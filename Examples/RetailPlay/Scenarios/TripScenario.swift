import Skein
import SkeinTesting
import Synchronization
public import Trip

/// One trip, with the agency scripted.
public struct TripScenario: Hashable, Sendable {
    /// The part that cannot be had, if any.
    public var unavailable: TripPart?
    /// How often each cancellation fails before it succeeds.
    public var failingCancellations = 0

    public init(unavailable: TripPart? = nil, failingCancellations: Int = 0) {
        (self.unavailable, self.failingCancellations) = (unavailable, failingCancellations)
    }

    /// How things stand at the end.
    public struct End: Codable, Hashable, Sendable {
        /// What is still booked, in the order of booking.
        public var booked: [String]
        /// How often a cancellation was attempted.
        public var cancelAttempts: Int
    }

    /// Plays everything to its end.
    ///
    /// - Returns: a JSON object a line: what was published, and `end`.
    public func play(_ options: PlayOptions = PlayOptions()) throws -> [String] {
        let (stage, end) = try perform(options)
        return try stage.lines() + [stage.end(end)]
    }

    /// Plays everything to its end, for a closer look.
    public func perform(_ options: PlayOptions = PlayOptions()) throws -> (Stage, End) {
        let agency = ScriptedAgency(self)
        let stage = try Stage(TripComponents.all(agency: agency), options)
        try stage.raiseCurtain()
        try stage.send(BookTrip(tripID: "t1"))
        stage.runToEnd()
        return (stage, agency.end)
    }
}

/// An agency that does as it is told, and nothing twice for one key.
final class ScriptedAgency: TravelAgency {
    private struct State {
        var seen: Set<String> = []
        var booked: [TripPart] = []
        var failures: [String: Int] = [:]
        var attempts = 0
    }

    private let script: TripScenario
    private let state = Mutex(State())

    init(_ script: TripScenario) { self.script = script }

    var end: TripScenario.End {
        state.withLock { TripScenario.End(booked: $0.booked.map(\.rawValue), cancelAttempts: $0.attempts) }
    }

    func book(_ part: TripPart, trip: String, key: String) async throws {
        guard part != script.unavailable else { throw PartUnavailable(part: part) }
        state.withLock { if $0.seen.insert(key).inserted { $0.booked.append(part) } }
    }

    func cancel(_ part: TripPart, trip: String, key: String) async throws {
        try state.withLock { state in
            guard !state.seen.contains(key) else { return }
            state.attempts += 1
            guard state.failures[key, default: 0] >= script.failingCancellations else {
                state.failures[key, default: 0] += 1
                throw LineDown()
            }
            state.seen.insert(key)
            state.booked.removeAll { $0 == part }
        }
    }
}
